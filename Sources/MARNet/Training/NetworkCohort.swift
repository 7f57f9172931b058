// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import Synchronization

/// Trains networks that do not depend on each other side by side: each worker takes one
/// network some steps further, then another, while the rows of those steps are in the
/// processor's cache. No step waits for another worker, so that small networks keep every
/// core busy; bits are those of training them one after the other.
package struct NetworkCohort {
  /// Enough to read a network's parameters into cache once for several steps.
  private static let stepsAtATime = 8

  private let pool: WorkerPool
  /// Told of every round: steps done, and steps in all, of all networks. Returns false to stop.
  private let progress: (_ done: Int, _ total: Int) -> Bool

  package init(pool: WorkerPool, progress: @escaping (_ done: Int, _ total: Int) -> Bool) {
    self.pool = pool
    self.progress = progress
  }

  /// - Parameter courses: without validation, which works on the whole pool.
  /// - Returns: why a network stopped early, by its place; the others go on.
  /// - Throws: `FitError.cancelled`, or `DataError` when rows cannot be read.
  package func train(_ courses: [TrainingCourse]) throws -> [Int: FitError] {
    let failures = Mutex<[Int: FitError]>([:])
    let unreadable = Mutex<(any Error)?>(nil)
    let total = courses.reduce(0) { $0 + $1.stepCount }
    // Workers beyond the networks join them.
    let share = max(1, pool.threadCount / max(courses.count, 1))
    let inner = (0..<pool.threadCount).map { _ in WorkerPool(threads: share) }
    var active = Array(courses.indices)
    while !active.isEmpty {
      for place in active { try courses[place].beginEpoch(pool: pool) }
      // The slowest first: nobody waits long for the last.
      active.sort { courses[$0].coreSeconds > courses[$1].coreSeconds }
      let round = active
      pool.forEach(round.count) { task, worker in
        let place = round[task]
        do {
          try courses[place].advance(Self.stepsAtATime, pool: inner[worker])
        } catch let error as FitError {
          failures.withLock { $0[place] = error }
        } catch {
          unreadable.withLock { $0 = error }
        }
      }
      if let error = unreadable.withLock({ $0 }) { throw error }
      let failed = failures.withLock { $0 }
      active.removeAll { courses[$0].isFinished || failed[$0] != nil }
      guard progress(courses.reduce(0) { $0 + $1.step }, total) else { throw FitError.cancelled }
    }
    return failures.withLock { $0 }
  }
}
