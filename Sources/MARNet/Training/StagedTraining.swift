// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The preset `paper`: alignment, then reconstruction, then a fusion classifier on their
/// frozen outputs (MARNet, arXiv 2407.18854; the order is inferred, see docs/method.md).
extension HeadTraining {
  /// Runs the three stages with `train`, one after the other.
  func staged(
    on rows: TrainingRows, key: RandomKey,
    train: (TrainingCourse) throws -> [EpochRecord]
  ) throws -> (heads: TrainedHeads, records: [EpochRecord]) {
    let heads = try stagedHeads()
    let first = alignment(
      on: rows, weight: configuration.alignment.weight, into: heads,
      stage: FitStage.alignment, key: key.derived(1))
    var records = try train(first.course)
    _ = first.product
    let second = reconstruction(
      on: rows, into: heads, diffuses: true, stage: FitStage.reconstruction,
      key: key.derived(2))
    records += try train(second.course)
    _ = second.product
    let labelled = fusionRows(of: rows, key: key)
    let frozen = FrozenBranches(
      heads, visual: try rows.rows.visualMatrix(at: labelled, pool: pool),
      sampling: configuration.sampling,
      key: key.derived(3), pool: pool)
    let third = fusion(
      of: frozen, labels: labelled.map { rows.rows.labels[$0] },
      classWeights: rows.rows.classWeights, into: heads, stage: FitStage.fusion,
      key: key.derived(3))
    records += try train(third.course)
    return (third.product, records)
  }

  /// Heads of this configuration with all parameters 0.
  package func stagedHeads() throws -> TrainedHeads {
    try TrainedHeads(
      HeadArchitecture(
        configuration, dimensions: dimensions,
        hasTextProjector: configuration.alignment.weight > 0), precision: precision)
  }

  /// Stage 2: the denoiser and its head.
  ///
  /// - Parameters:
  ///   - heads: receives the parameters when the product is taken.
  ///   - diffuses: false trains the denoiser's network without diffusion, on x_t = 0 at
  ///     t = 0: the row "+MLP" of the paper's Table 2.
  package func reconstruction(
    on rows: TrainingRows, into heads: TrainedHeads, diffuses: Bool, stage: String,
    key: RandomKey
  ) -> PlannedTraining<TrainedHeads> {
    var options = networkOptions(alignmentWeight: 0, on: rows.rows)
    options.diffuses = diffuses
    let network = ReconstructionNetwork(
      dimensions: dimensions, schedule: schedule, options: options,
      batchSize: batchSize(rows), precision: precision, key: key)
    return PlannedTraining(course(network, on: rows, stage: stage, key: key)) {
      heads.parameters.copyValues(from: network.parameters)
      return heads
    }
  }

  /// Stage 3: the fusion classifier on the frozen outputs of stages 1 and 2.
  ///
  /// - Parameter labels: `[n]`, of the rows of `frozen`.
  package func fusion(
    of frozen: FrozenBranches, labels: [Int32], classWeights: ClassWeightTable? = nil,
    into heads: TrainedHeads, stage: String, key: RandomKey
  ) -> PlannedTraining<TrainedHeads> {
    let rows = TrainingRows(
      visual: frozen.aligned, text: frozen.reconstructed, labels: labels,
      classCount: dimensions.classes, classWeights: classWeights)
    // Every rank has all of these rows: there is nothing to divide.
    let shares = BatchShares(
      rows.rows, batchSize: configuration.training.batchSize, partCount: 1)
    let network = FusionNetwork(
      dimensions: dimensions, fusionOperator: heads.architecture.fusionOperator,
      mode: heads.architecture.fusionMode, dropout: Float(configuration.training.dropout),
      batchSize: shares.batchSize, precision: precision, key: key,
      onEpoch: { epoch, pool in frozen.draw(epoch + 1, pool: pool) })
    let course = course(
      network, on: rows, shares: shares, stage: stage,
      steps: configuration.training.fusionSteps, key: key,
      validate: validation(heads, from: network, on: rows))
    return PlannedTraining(course) {
      heads.parameters.copyValues(from: network.parameters)
      return heads
    }
  }

  /// The labelled rows that stage 3 trains on: all, or a stratified part of as many as its
  /// steps can see.
  package func fusionRows(of rows: TrainingRows, key: RandomKey) -> [Int] {
    let labelled = rows.rows.labelledRows
    let most = configuration.training.fusionSteps * configuration.training.batchSize
    guard labelled.count > most else { return labelled }
    return StratifiedSplit.holdOut(
      labels: labelled.map { rows.rows.labels[$0] },
      fraction: Double(most) / Double(labelled.count), key: key.derived(4)
    ).map { labelled[$0] }
  }
}
