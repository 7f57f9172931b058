// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The preset `paper`: alignment, then reconstruction, then a fusion classifier on their
/// frozen outputs (MARNet, arXiv 2407.18854; the order is inferred, see docs/method.md).
extension HeadTraining {
  /// Runs the three stages with `train`, one after the other.
  func staged(
    on rows: TrainingRows, labelled: [Int], key: RandomKey,
    train: (TrainingCourse) throws -> [EpochRecord]
  ) throws -> (heads: TrainedHeads, records: [EpochRecord]) {
    let heads = try stagedHeads()
    let first = alignment(
      on: rows, weight: configuration.alignment.weight, into: heads,
      stage: "stage 1 of 3, alignment", key: key.derived(1))
    var records = try train(first.course)
    _ = first.product
    let second = reconstruction(
      on: rows, into: heads, diffuses: true, stage: "stage 2 of 3, reconstruction",
      key: key.derived(2))
    records += try train(second.course)
    _ = second.product
    let frozen = FrozenBranches(
      heads, visual: rows.visual.rows(at: labelled), sampling: configuration.sampling,
      key: key.derived(3), pool: pool)
    let third = fusion(
      of: frozen, targets: rows.targets.rows(at: labelled),
      labels: labelled.map { rows.labels[$0] }, into: heads, stage: "stage 3 of 3, fusion",
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
    var options = networkOptions(alignmentWeight: 0)
    options.diffuses = diffuses
    let network = ReconstructionNetwork(
      dimensions: dimensions, schedule: schedule, options: options,
      batchSize: batchSize(rows.rowCount), precision: precision, key: key)
    return PlannedTraining(course(network, on: rows, stage: stage, key: key)) {
      heads.parameters.copyValues(from: network.parameters)
      return heads
    }
  }

  /// Stage 3: the fusion classifier on the frozen outputs of stages 1 and 2.
  ///
  /// - Parameter targets: `[n, C]`, of the rows of `frozen`, whose classes are `labels`.
  package func fusion(
    of frozen: FrozenBranches, targets: Matrix, labels: [Int32], into heads: TrainedHeads,
    stage: String, key: RandomKey
  ) -> PlannedTraining<TrainedHeads> {
    let network = FusionNetwork(
      dimensions: dimensions, fusionOperator: heads.architecture.fusionOperator,
      mode: heads.architecture.fusionMode, dropout: Float(configuration.training.dropout),
      batchSize: batchSize(labels.count), precision: precision, key: key,
      onEpoch: { epoch, pool in frozen.draw(epoch + 1, pool: pool) })
    let ones = [Float](repeating: 1, count: labels.count)
    let rows = TrainingRows(
      visual: frozen.aligned, text: frozen.reconstructed, targets: targets, weights: ones,
      labels: labels, hasText: ones)
    let course = course(
      network, on: rows, stage: stage, steps: configuration.training.fusionSteps, key: key,
      validate: validation(heads, from: network))
    return PlannedTraining(course) {
      heads.parameters.copyValues(from: network.parameters)
      return heads
    }
  }
}
