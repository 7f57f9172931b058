// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// One network on its way through training: seeded batches, AdamW with warm-up and cosine,
/// epoch records. Whoever owns it says how far it goes at a time; that changes no bit.
///
/// `@unchecked Sendable`: one caller advances it at a time.
package final class TrainingCourse: @unchecked Sendable {
  package let stage: String
  package let stepCount: Int
  package let stepsPerEpoch: Int
  /// Rows of a batch, those of other ranks among them.
  package let batchSize: Int
  /// Updates done.
  package internal(set) var step = 0
  /// One an epoch that has ended.
  package internal(set) var records: [EpochRecord] = []
  /// Time spent in steps, times the threads they had.
  package private(set) var coreSeconds = 0.0
  let network: any TrainingNetwork
  /// Gone with the last step: their memory is for what is trained next.
  var batches: PartedBatches?
  let optimizer: AdamW
  private let schedule: LearningRateSchedule
  /// Fused top-1 on held-out rows with the network as it stands; nil where none are held out.
  private let validate: (() -> Double)?
  var sum = LossTerms()
  private var hasBegunEpoch = false
  private let ranks: any RankGroup

  /// - Parameters:
  ///   - shares: of this rank in the batches, for which `network` is made; nil where it computes on
  ///     whole batches.
  ///   - stage: what is trained, for records and errors.
  ///   - stepCount: updates in all.
  ///   - key: of batches; networks draw their own numbers from theirs.
  package init(
    _ network: any TrainingNetwork, on rows: TrainingRows, shares: BatchShares? = nil,
    options: TrainingOptions, stage: String, stepCount: Int, key: RandomKey,
    validate: (() -> Double)? = nil
  ) {
    self.network = network
    self.stage = stage
    self.stepCount = stepCount
    self.validate = validate
    let shares =
      shares ?? BatchShares(rows.rows, batchSize: network.batchSize, partCount: 1)
    precondition(
      shares.ownPlaces.count == network.batchSize && shares.stepsPerEpoch > 0,
      "'\(stage)' has \(network.batchSize) places in a batch, and the rows fill \(shares)")
    let stepsPerEpoch = shares.stepsPerEpoch
    self.stepsPerEpoch = stepsPerEpoch
    batchSize = shares.batchSize
    ranks = rows.rows.ranks
    schedule = LearningRateSchedule(
      peak: options.learningRate, stepCount: stepCount, warmup: options.warmup)
    optimizer = AdamW(
      layout: network.parameters.layout, weightDecay: options.weightDecay,
      clipNorm: options.clipNorm)
    batches = PartedBatches(
      rows, shares: shares, options: options, key: key,
      epochCount: (stepCount + stepsPerEpoch - 1) / stepsPerEpoch)
  }

  package var epochCount: Int { (stepCount + stepsPerEpoch - 1) / stepsPerEpoch }
  /// From 0.
  package var epoch: Int { min(step, stepCount - 1) / stepsPerEpoch }
  package var isFinished: Bool { step >= stepCount }
  /// Whether the last step was the last of an epoch.
  package var isAtEpochEnd: Bool { step > 0 && (step % stepsPerEpoch == 0 || isFinished) }
  /// Steps up to the end of the epoch that the next step belongs to.
  package var stepsLeftInEpoch: Int {
    min(stepsPerEpoch - step % stepsPerEpoch, stepCount - step)
  }

  /// The epoch so far: mean losses, without a validation.
  package var currentRecord: EpochRecord { record(validationTop1: nil) }

  /// Orders the rows of the epoch that is about to begin, and lets the network prepare for it;
  /// `advance` does so itself where it has not been done.
  package func beginEpoch(pool: WorkerPool) throws {
    guard !hasBegunEpoch else { return }
    hasBegunEpoch = true
    let done = step % stepsPerEpoch
    if done == 0 { sum = LossTerms() }
    network.beginEpoch(epoch, pool: pool)
    try batches?.beginEpoch(epoch, after: done)
  }

  /// Makes up to `count` steps, none beyond the epoch.
  ///
  /// - Throws: `FitError.diverged`, or `DataError` when rows cannot be read.
  package func advance(_ count: Int, pool: WorkerPool) throws {
    guard !isFinished else { return }
    try beginEpoch(pool: pool)
    let start = ContinuousClock.now
    defer { coreSeconds += Double(pool.threadCount) * (ContinuousClock.now - start).inSeconds }
    for _ in 0..<min(count, stepsLeftInEpoch) { try makeStep(pool: pool) }
    guard isAtEpochEnd else { return }
    hasBegunEpoch = false
    if isFinished { batches = nil }
    records.append(record(validationTop1: validate?()))
  }

  private func makeStep(pool: WorkerPool) throws {
    guard let batches else { preconditionFailure("'\(stage)' was trained to its end") }
    var terms = network.evaluate(try batches.next(pool: pool), step: step, pool: pool)
    if ranks.isShared {
      ranks.finishSums()
      terms.sum(over: ranks)
    }
    let norm = optimizer.update(
      network.parameters, rate: schedule.rate(at: step), step: step, pool: pool)
    if let term = terms.firstNonFinite ?? (norm.isFinite ? nil : "gradient") {
      throw FitError.diverged(stage: stage, epoch: epoch + 1, step: step + 1, term: term)
    }
    sum += terms
    step += 1
  }

  /// Of the parameters as they stand.
  var parametersHash: UInt64 {
    var hash = ContentHash()
    let values = network.parameters.values
    hash.update(
      UnsafeRawBufferPointer(
        start: values.pointer, count: values.count * MemoryLayout<Float>.stride))
    return hash.value
  }

  private func record(validationTop1: Double?) -> EpochRecord {
    let last = max(step - 1, 0)
    let epoch = last / stepsPerEpoch
    return EpochRecord(
      stage: stage, epoch: epoch + 1, step: step, learningRate: schedule.rate(at: last),
      terms: sum.divided(by: Double(max(1, step - epoch * stepsPerEpoch))),
      validationTop1: validationTop1)
  }
}
