// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Writes blocks on a thread of its own while the next ones are made: one block is being
/// written, one waits.
///
/// `@unchecked Sendable` because the monitor guards every field that changes.
package final class WriteBehind<Block: Sendable>: @unchecked Sendable {
  private let write: @Sendable (Block) throws -> Void
  private let monitor = Monitor()
  private var waiting: Block?
  private var isEnding = false
  private var failure: (any Error)?

  /// - Parameter write: called for one block after the other, on another thread where the
  ///   system has one to spare.
  package init(write: @escaping @Sendable (Block) throws -> Void) {
    self.write = write
  }

  /// Runs `body`, which puts blocks, and returns when all of them are written.
  ///
  /// - Throws: what `body` throws, or what writing threw, whichever came first.
  package func run(_ body: (_ put: (Block) throws -> Void) throws -> Void) throws {
    guard let thread = JoinableThread({ self.serve() }) else { return try body(write) }
    let outcome = Result { try body(put) }
    monitor.locked { isEnding = true }
    thread.join()
    if let failure { throw failure }
    try outcome.get()
  }

  private func put(_ block: Block) throws {
    let failure = monitor.locked {
      monitor.wait { waiting != nil && self.failure == nil }
      if self.failure == nil { waiting = block }
      return self.failure
    }
    if let failure { throw failure }
  }

  private func serve() {
    while true {
      let block = monitor.locked {
        monitor.wait { waiting == nil && !isEnding }
        defer { waiting = nil }
        return waiting
      }
      guard let block else { return }
      do {
        try write(block)
      } catch {
        return monitor.locked { failure = error }
      }
    }
  }
}
