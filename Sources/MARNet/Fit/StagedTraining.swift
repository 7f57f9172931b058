// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The preset `paper`: alignment, then reconstruction, then a fusion classifier on their
/// frozen outputs (MARNet, arXiv 2407.18854; the order is inferred, see docs/method.md).
extension HeadTraining {
  func staged(
    on rows: TrainingRows, labelled: [Int], key: RandomKey
  ) throws -> (heads: TrainedHeads, records: [EpochRecord]) {
    let options = networkOptions(alignmentWeight: configuration.alignment.weight)
    let heads = try TrainedHeads(
      HeadArchitecture(
        configuration, dimensions: dimensions, hasTextProjector: options.alignmentLoss != nil),
      precision: precision)
    let steps = configuration.training.stepCount(rowCount: rows.rowCount)
    var records = try alignmentStage(
      on: rows, into: heads, options: options, steps: steps, key: key.derived(1))
    let second = ReconstructionNetwork(
      dimensions: dimensions, schedule: schedule, options: options,
      batchSize: batchSize(rows.rowCount), precision: precision, key: key.derived(2))
    records += try trainer("stage 2 of 3, reconstruction", validate: nil).train(
      second, on: rows, stepCount: steps, key: key.derived(2))
    heads.parameters.copyValues(from: second.parameters)
    records += try fusionStage(on: rows, labelled: labelled, into: heads, key: key.derived(3))
    return (heads, records)
  }

  private func alignmentStage(
    on rows: TrainingRows, into heads: TrainedHeads, options: NetworkOptions, steps: Int,
    key: RandomKey
  ) throws -> [EpochRecord] {
    let network = AlignmentNetwork(
      dimensions: dimensions, options: options, batchSize: batchSize(rows.rowCount),
      precision: precision, key: key)
    let head = ImageOnlyHead(dimensions: dimensions, slope: slope)
    let records = try trainer(
      "stage 1 of 3, alignment",
      validate: heldOut.map { heldOut in
        {
          head.parameters.copyValues(from: network.parameters)
          let scorer = ImageOnlyScorer(
            head: head, alignedWidth: dimensions.aligned, classCount: dimensions.classes,
            pool: pool)
          return heldOut.top1(scorer.logProbabilities(of: heldOut.rows))
        }
      }
    ).train(network, on: rows, stepCount: steps, key: key)
    heads.parameters.copyValues(from: network.parameters)
    return records
  }

  private func fusionStage(
    on rows: TrainingRows, labelled: [Int], into heads: TrainedHeads, key: RandomKey
  ) throws -> [EpochRecord] {
    let frozen = FrozenBranches(
      heads, visual: rows.visual.rows(at: labelled), sampling: configuration.sampling,
      key: key, pool: pool)
    let network = FusionNetwork(
      dimensions: dimensions,
      fusionOperator: heads.architecture.fusionOperator, mode: heads.architecture.fusionMode,
      dropout: dropout, batchSize: batchSize(labelled.count), precision: precision, key: key,
      onEpoch: { epoch, pool in frozen.draw(epoch + 1, pool: pool) })
    let fusionRows = TrainingRows(
      visual: frozen.aligned, text: frozen.reconstructed, targets: rows.targets.rows(at: labelled),
      weights: [Float](repeating: 1, count: labelled.count),
      labels: labelled.map { rows.labels[$0] },
      hasText: [Float](repeating: 1, count: labelled.count))
    let scorer = heldOut.map { _ in BlockScorer(heads, sampling: quickSampling(), pool: pool) }
    let records = try trainer(
      "stage 3 of 3, fusion",
      validate: heldOut.flatMap { heldOut in
        scorer.map { scorer in
          {
            heads.parameters.copyValues(from: network.parameters)
            return heldOut.top1(scorer.score(heldOut.rows).network)
          }
        }
      }
    ).train(
      network, on: fusionRows, stepCount: configuration.training.fusionSteps, key: key)
    heads.parameters.copyValues(from: network.parameters)
    return records
  }
}
