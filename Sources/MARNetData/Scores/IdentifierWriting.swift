// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Writes the string identifiers of a score file on a thread of its own, beside the rows.
///
/// Until they are written the file cannot be gone on with. Whoever makes one calls `wait` or
/// `cancel` in the end, from one thread.
///
/// `@unchecked Sendable` because the monitor guards what changes, and the structure is the
/// thread's own.
final class IdentifierWriting: @unchecked Sendable {
  private let monitor = Monitor()
  private var outcome: Result<Void, any Error>?
  private var isCancelled = false
  private var thread: JoinableThread?

  private struct Cancelled: Error {}

  init(_ stringIDs: @escaping ScoreFormat.StringIDs, into structure: HDF5ScoreStructure) {
    nonisolated(unsafe) var own: HDF5ScoreStructure? = structure
    let work: @Sendable () -> Void = { [self] in
      let result: Result<Void, any Error> = Result {
        try own?.writeIdentifiers { rows in
          if monitor.locked({ isCancelled }) { throw Cancelled() }
          return try stringIDs(rows)
        }
      }
      // The file is closed before anybody else opens it.
      own = nil
      monitor.locked { outcome = result }
    }
    thread = JoinableThread(work)
    // A system without threads to spare writes them first.
    if thread == nil { work() }
  }

  /// Whether all are written.
  ///
  /// - Throws: what kept them from being written.
  func isDone() throws -> Bool {
    guard let outcome = monitor.locked({ outcome }) else { return false }
    try outcome.get()
    return true
  }

  /// Returns when all are written.
  func wait() throws {
    let thread = monitor.locked {
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
    _ = try isDone()
  }

  /// Stops, and returns when nothing is written any more.
  func cancel() {
    monitor.locked { isCancelled = true }
    try? wait()
  }
}
