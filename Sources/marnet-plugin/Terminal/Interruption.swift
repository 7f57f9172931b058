// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Ctrl-C and SIGTERM ask for a clean stop; a second one, half a second later or more, ends the
/// process at once. What comes sooner is the same: `timeout` and schedulers send a signal to the
/// process and to its group.
enum Interruption {
  /// When a stop was asked for, in milliseconds since the machine started; 0: never.
  private static let firstTime = Atomic<Int>(0)
  private static let sameWithin = 500
  private static let continuation = Atomic<Bool>(false)

  /// Whether a stop was asked for.
  static var isRequested: Bool { firstTime.load(ordering: .relaxed) > 0 }

  /// Whether the process went on after Ctrl-Z: what it had drawn is not where it was. True once.
  static func takeContinuation() -> Bool { continuation.exchange(false, ordering: .relaxed) }

  static func watch() {
    _ = isRequested
    _ = continuation.load(ordering: .relaxed)
    // Beyond a limit on file sizes, writing fails with an error that can be told.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGCONT) { _ in Interruption.continuation.store(true, ordering: .relaxed) }
    for number in [SIGINT, SIGTERM] { watch(number) }
  }

  /// Lets the signal `number` ask for a stop.
  static func watch(_ number: Int32) {
    signal(number) { received in
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let now = Int(time.tv_sec) * 1_000 + Int(time.tv_nsec) / 1_000_000
      let first = Interruption.firstTime.load(ordering: .relaxed)
      if first == 0 {
        Interruption.firstTime.store(max(now, 1), ordering: .relaxed)
      } else if now - first >= Interruption.sameWithin {
        signal(received, SIG_DFL)
        raise(received)
      }
    }
  }
}
