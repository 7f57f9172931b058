// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Waits by looking again and again: at once at first, then after pauses of a small part of the
/// time waited so far.
///
/// A library of MPI spins in its own waits, which takes a core from whoever is waited for where
/// ranks share cores, and has no end. Over TCP it moves bytes only while it is called: so the
/// pauses stay short beside the wait, and below a millisecond.
struct Patience {
  private static let longestPause = 1_000
  private static let spinning = Duration.milliseconds(1)

  private let start = SuspendingClock.now
  let timeout: Duration

  init(timeout: Duration) { self.timeout = timeout }

  /// Lets other processes have the core for a while.
  ///
  /// - Returns: whether there is time left.
  func pause() -> Bool {
    let waited = SuspendingClock.now - start
    if waited < Self.spinning {
      sched_yield()
      return waited < timeout
    }
    let (seconds, attoseconds) = waited.components
    let microseconds = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    usleep(UInt32(min(Self.longestPause, microseconds / 128)))
    return waited < timeout
  }
}
