// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Trains one network to its end, every worker on the same step, and reports progress.
struct NetworkTrainer {
  let pool: WorkerPool
  let progress: FitProgressHandler
  private static let secondsBetweenReports = 0.2

  /// - Returns: one record an epoch.
  /// - Throws: `FitError.diverged`, `FitError.cancelled`, `DataError`.
  func train(_ course: TrainingCourse) throws -> [EpochRecord] {
    var clock = TrainingClock(reportEvery: Self.secondsBetweenReports)
    while !course.isFinished {
      try course.advance(1, pool: pool)
      if course.isAtEpochEnd, let record = course.records.last {
        try report(record, course, clock, isEpochEnd: true)
      } else if clock.isDue() {
        try report(course.currentRecord, course, clock, isEpochEnd: false)
      }
    }
    return course.records
  }

  private func report(
    _ record: EpochRecord, _ course: TrainingCourse, _ clock: TrainingClock, isEpochEnd: Bool
  ) throws(FitError) {
    let perStep = clock.elapsed / Double(record.step)
    let control = progress(
      FitProgress(
        stage: course.stage, epoch: record.epoch, epochCount: course.epochCount,
        step: record.step, stepCount: course.stepCount, isEpochEnd: isEpochEnd,
        losses: record.namedLosses, validationTop1: record.validationTop1,
        rowsPerSecond: Double(course.batchSize) / max(perStep, 1e-9),
        secondsLeft: perStep * Double(course.stepCount - record.step)))
    if control == .cancel { throw .cancelled }
  }
}
