// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Trains one network: seeded batches, AdamW with warm-up and cosine, epoch records.
struct NetworkTrainer {
  let options: TrainingOptions
  let stage: String
  let pool: WorkerPool
  let progress: FitProgressHandler
  /// Fused top-1 on held-out rows with the network as it stands; nil where none are held out.
  let validate: (() -> Double)?
  private static let secondsBetweenReports = 0.2

  /// - Parameters:
  ///   - key: of batches and of every random number in the network.
  ///   - stepCount: updates in all.
  /// - Returns: one record an epoch.
  /// - Throws: `FitError.diverged`, `FitError.cancelled`.
  func train(
    _ network: some TrainingNetwork, on rows: TrainingRows, stepCount: Int, key: RandomKey
  ) throws(FitError) -> [EpochRecord] {
    let size = network.batchSize
    let stepsPerEpoch = max(1, rows.rowCount / size)
    let epochCount = (stepCount + stepsPerEpoch - 1) / stepsPerEpoch
    let schedule = LearningRateSchedule(
      peak: options.learningRate, stepCount: stepCount, warmup: options.warmup)
    let optimizer = AdamW(
      layout: network.parameters.layout, weightDecay: options.weightDecay,
      clipNorm: options.clipNorm)
    var records: [EpochRecord] = []
    var order = Array(0..<rows.rowCount)
    var clock = TrainingClock(reportEvery: Self.secondsBetweenReports)
    var step = 0
    for epoch in 0..<epochCount {
      network.beginEpoch(epoch, pool: pool)
      for index in order.indices { order[index] = index }
      key.shuffle(
        &order, rowKey: UInt64(epoch), tag: RandomKey.tag(purpose: RandomPurpose.batches))
      let last = min(step + stepsPerEpoch, stepCount)
      let first = step
      var sum = LossTerms()
      while step < last {
        let from = (step - first) * size
        let terms = order.withUnsafeBufferPointer { all in
          rows.withBatch(UnsafeBufferPointer(rebasing: all[from..<from + size])) {
            network.evaluate($0, step: step, pool: pool)
          }
        }
        let norm = optimizer.update(
          network.parameters, rate: schedule.rate(at: step), step: step, pool: pool)
        if let term = terms.firstNonFinite ?? (norm.isFinite ? nil : "gradient") {
          throw .diverged(stage: stage, epoch: epoch + 1, step: step + 1, term: term)
        }
        sum += terms
        step += 1
        if step < last, clock.isDue() {
          let record = EpochRecord(
            stage: stage, epoch: epoch + 1, step: step, learningRate: schedule.rate(at: step),
            terms: sum.divided(by: Double(step - first)), validationTop1: nil)
          try report(record, epochCount, stepCount, size, clock, isEpochEnd: false)
        }
      }
      let record = EpochRecord(
        stage: stage, epoch: epoch + 1, step: step,
        learningRate: schedule.rate(at: step - 1),
        terms: sum.divided(by: Double(max(1, step - first))), validationTop1: validate?())
      records.append(record)
      try report(record, epochCount, stepCount, size, clock, isEpochEnd: true)
    }
    return records
  }

  private func report(
    _ record: EpochRecord, _ epochCount: Int, _ stepCount: Int, _ batchSize: Int,
    _ clock: TrainingClock, isEpochEnd: Bool
  ) throws(FitError) {
    let seconds = clock.elapsed
    let perStep = seconds / Double(record.step)
    let control = progress(
      FitProgress(
        stage: stage, epoch: record.epoch, epochCount: epochCount, step: record.step,
        stepCount: stepCount, isEpochEnd: isEpochEnd, losses: record.namedLosses,
        validationTop1: record.validationTop1,
        rowsPerSecond: Double(batchSize) / max(perStep, 1e-9),
        secondsLeft: perStep * Double(stepCount - record.step)))
    if control == .cancel { throw .cancelled }
  }
}
