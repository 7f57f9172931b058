// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Trains one network to its end, every worker of every rank on the same step, and reports progress.
struct NetworkTrainer {
  let pool: WorkerPool
  /// Those that train together: all stop after the same step.
  let ranks: any RankGroup
  let progress: FitProgressHandler
  let checkpoints: FitCheckpoints?
  private static let secondsBetweenReports = 0.2

  /// - Returns: one record an epoch.
  /// - Throws: `FitError`, `DataError`, `CheckpointError`.
  func train(_ course: TrainingCourse) throws -> [EpochRecord] {
    try checkpoints?.restore(course)
    let firstStep = course.step
    var clock = TrainingClock(reportEvery: Self.secondsBetweenReports)
    while !course.isFinished {
      try course.advance(1, pool: pool)
      let secondsAStep = clock.elapsed / Double(course.step - firstStep)
      var control = FitControl.proceed
      if course.isAtEpochEnd, let record = course.records.last {
        control = report(record, course, clock.elapsed, secondsAStep, isEpochEnd: true)
        guard ranks.agree(course.parametersHash) else {
          throw FitError.ranksDiffer(stage: course.stage)
        }
      } else if clock.isDue() {
        control = report(
          course.currentRecord, course, clock.elapsed, secondsAStep, isEpochEnd: false)
      }
      if ranks.any(control == .cancel) { try stop(course) }
      try checkpoints?.stepDone(course)
    }
    try checkpoints?.finish(course)
    return course.records
  }

  private func stop(_ course: TrainingCourse) throws {
    guard let checkpoints else { throw FitError.cancelled }
    if course.isFinished { try checkpoints.finish(course) }
    try checkpoints.suspend(course)
    throw checkpoints.interruption
  }

  private func report(
    _ record: EpochRecord, _ course: TrainingCourse, _ stageSeconds: Double,
    _ secondsAStep: Double, isEpochEnd: Bool
  ) -> FitControl {
    progress(
      FitProgress(
        stage: course.stage, epoch: record.epoch, epochCount: course.epochCount,
        step: record.step, stepCount: course.stepCount, isEpochEnd: isEpochEnd,
        losses: record.namedLosses, record: record, validationTop1: record.validationTop1,
        rowsPerSecond: Double(course.batchSize) / max(secondsAStep, 1e-9),
        secondsLeft: secondsAStep * Double(course.stepCount - record.step),
        stageSeconds: stageSeconds, secondsPerStep: secondsAStep))
  }
}
