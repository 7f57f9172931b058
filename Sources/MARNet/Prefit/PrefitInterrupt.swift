// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Carries the wish to stop from the caller's checkpoint to all workers, and its error back.
final class PrefitInterrupt: Sendable {
  private let stopped = Atomic<Bool>(false)
  private let error = Mutex<(any Error)?>(nil)
  /// Called on the thread that called `fit` only.
  private nonisolated(unsafe) let checkpoint: () throws -> Void

  init(checkpoint: @escaping () throws -> Void) { self.checkpoint = checkpoint }

  /// Whether to stop; worker 0 is the calling thread and asks the caller.
  func poll(worker: Int) -> Bool {
    if worker == 0, !stopped.load(ordering: .relaxed) {
      do { try checkpoint() } catch let thrown {
        error.withLock { $0 = thrown }
        stopped.store(true, ordering: .relaxed)
      }
    }
    return stopped.load(ordering: .relaxed)
  }

  /// - Throws: what the checkpoint threw.
  func check() throws {
    _ = poll(worker: 0)
    if let thrown = error.withLock({ $0 }) { throw thrown }
  }
}
