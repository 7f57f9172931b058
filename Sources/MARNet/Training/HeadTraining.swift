// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Plans the training of a model's heads, joint or staged, from prepared rows.
package struct HeadTraining {
  static let progressRows = 1_000

  package let configuration: Configuration
  package let dimensions: HeadDimensions
  let schedule: NoiseSchedule
  let pool: WorkerPool
  /// "held-out test" or "final fit": a part of every stage's name.
  let purpose: String
  let heldOut: HeldOutRows?
  private let alignmentLoss: any AlignmentLoss
  /// Whether the loss over several ranks is that of all their pairs.
  private let spansRanks: Bool

  /// - Parameter alignmentLoss: takes the place of the configuration's.
  /// - Throws: `NoiseSchedule.Invalid`, which a validated configuration cannot have.
  package init(
    configuration: Configuration, dimensions: HeadDimensions, pool: WorkerPool, purpose: String,
    heldOut: HeldOutRows? = nil, alignmentLoss: (any CustomAlignmentLoss)? = nil
  ) throws {
    self.configuration = configuration
    self.dimensions = dimensions
    schedule = try NoiseSchedule(
      kind: configuration.reconstruction.schedule.kind,
      stepCount: configuration.reconstruction.diffusionSteps)
    self.pool = pool
    self.purpose = purpose
    self.heldOut = heldOut?.sample(limit: Self.progressRows)
    spansRanks = alignmentLoss == nil && configuration.alignment.spansRanks
    self.alignmentLoss =
      if let alignmentLoss {
        CustomAlignment(loss: alignmentLoss)
      } else {
        configuration.alignment.loss
      }
  }

  var slope: Float { Float(configuration.alignment.leakySlope) }
  var precision: Precision { configuration.training.precision.forTraining }

  /// The configuration's options of a network with that weight of the alignment loss; 0
  /// leaves alignment out.
  ///
  /// - Parameter rows: those that it is trained on.
  package func networkOptions(alignmentWeight: Double, on rows: PreparedRows) -> NetworkOptions {
    var result = NetworkOptions()
    let shares = shares(of: rows)
    result.ranks = rows.ranks
    result.firstRow = shares.ownPlaces.lowerBound
    if alignmentWeight > 0 {
      result.alignmentLoss = alignmentLoss
      if rows.ranks.isShared, spansRanks, let loss = alignmentLoss as? InfoNCE {
        result.alignmentLoss = GlobalInfoNCE(
          loss, ranks: rows.ranks, batchSize: shares.batchSize)
      }
    }
    result.alignmentWeight = Float(alignmentWeight)
    result.tokens = rows.tokens?.shape
    result.reconstructionWeight = Float(configuration.reconstruction.weight)
    result.textScale = Float(configuration.reconstruction.textScale)
    result.slope = slope
    result.dropout = Float(configuration.training.dropout)
    result.featureNoise = Float(configuration.training.featureNoise)
    result.hasSkip = configuration.reconstruction.hasSkip
    return result
  }

  /// Who computes on which places of the batches of `rows`.
  package func shares(of rows: PreparedRows) -> BatchShares {
    BatchShares(rows, options: configuration.training)
  }

  /// Places of this rank in the batches of `rows`.
  func batchSize(_ rows: TrainingRows) -> Int { shares(of: rows.rows).ownPlaces.count }

  /// - Parameter shares: nil where the rows' parts fill the batches.
  func course(
    _ network: any TrainingNetwork, on rows: TrainingRows, shares: BatchShares? = nil,
    stage: String, steps: Int? = nil, key: RandomKey, validate: (() -> Double)? = nil
  ) -> TrainingCourse {
    let shares = shares ?? self.shares(of: rows.rows)
    return TrainingCourse(
      network, on: rows, shares: shares, options: configuration.training,
      stage: purpose.isEmpty ? stage : "\(stage), \(purpose)",
      stepCount: steps
        ?? configuration.training.stepCount(stepsPerEpoch: shares.stepsPerEpoch), key: key,
      validate: validate)
  }

  /// Top-1 of all heads on the held-out rows, one draw for speed, with the parameters that
  /// `network`, which is trained on `rows`, then has.
  func validation(
    _ heads: TrainedHeads, from network: any TrainingNetwork, on rows: TrainingRows
  ) -> (() -> Double)? {
    guard let heldOut else { return nil }
    let scorer = BlockScorer(
      heads,
      sampling: HeadScorer.Sampling(
        sampler: configuration.sampling.headSampler, draws: 1, seed: configuration.seed),
      pool: pool)
    return {
      heads.parameters.copyValues(from: network.parameters)
      return heldOut.top1(over: rows.rows.ranks) { scorer.score($0).network }
    }
  }

  /// One joint network (preset `plugin`).
  ///
  /// - Parameters:
  ///   - gate: 1 or 0, multiplies the alignment weight.
  ///   - usesText: false trains the image-only control: no text term at all.
  package func joint(
    on rows: TrainingRows, gate: Double, usesText: Bool, stage: String, key: RandomKey
  ) throws -> PlannedTraining<TrainedHeads> {
    var options = networkOptions(
      alignmentWeight: usesText ? configuration.alignment.weight * gate : 0, on: rows.rows)
    if !usesText { options.reconstructionWeight = 0 }
    let network = JointNetwork(
      dimensions: dimensions, schedule: schedule, options: options,
      batchSize: batchSize(rows), precision: precision, key: key)
    let heads = try TrainedHeads(
      HeadArchitecture(
        configuration, dimensions: dimensions, hasTextProjector: options.alignmentLoss != nil),
      precision: precision)
    let course = course(
      network, on: rows, stage: stage, key: key,
      validate: validation(heads, from: network, on: rows))
    return PlannedTraining(course) {
      heads.parameters.copyValues(from: network.parameters)
      return heads
    }
  }

  /// The alignment module alone: stage 1 of the preset `paper`, a method of Table 1 or, with a
  /// weight of 0, an image-only network.
  ///
  /// - Parameter heads: receive the parameters too, the text projector's among them.
  package func alignment(
    on rows: TrainingRows, weight: Double, into heads: TrainedHeads? = nil, stage: String,
    key: RandomKey
  ) -> PlannedTraining<ImageOnlyHead> {
    let network = AlignmentNetwork(
      dimensions: dimensions,
      options: networkOptions(alignmentWeight: weight, on: rows.rows),
      batchSize: batchSize(rows), precision: precision, key: key)
    let head = ImageOnlyHead(dimensions: dimensions, slope: slope)
    let validate = heldOut.map { heldOut in
      {
        head.parameters.copyValues(from: network.parameters)
        let scorer = ImageOnlyScorer(
          head: head, alignedWidth: dimensions.aligned, classCount: dimensions.classes,
          pool: pool)
        return heldOut.top1(over: rows.rows.ranks) { scorer.logProbabilities(of: $0) }
      }
    }
    // An image-only network is trained for comparison only: nobody watches it.
    let course = course(
      network, on: rows, stage: stage, key: key, validate: weight > 0 ? validate : nil)
    return PlannedTraining(course) {
      heads?.parameters.copyValues(from: network.parameters)
      head.parameters.copyValues(from: network.parameters)
      return head
    }
  }
}
