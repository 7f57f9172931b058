// SPDX-License-Identifier: Apache-2.0

import MARNetHeads
import MARNetDense
import TestSupport

/// Small networks with initial parameters of their own, for gradient checks and properties.
struct Networks {
  var dimensions = HeadDimensions(
    visual: 9, text: 7, classes: 4, aligned: 12, hidden: 16, timeEmbedding: 6)
  var batchSize: Int
  var dropout: Float = 0.2
  var featureNoise: Float = 0
  var precision = Precision.float32
  var key = RandomKey(seed: 77)
  var tokens: TokenShape?
  var ranks: any RankGroup = SingleRank.only
  var firstRow = 0

  func fixture(_ marks: BatchFixture.Marks = .masked) -> BatchFixture {
    .random(
      batchSize: batchSize, visual: dimensions.visual, text: dimensions.text,
      classes: dimensions.classes, marks: marks)
  }

  /// Rows for the fusion stage: x_EMA in the place of the image.
  func fusionFixture(_ marks: BatchFixture.Marks = .masked) -> BatchFixture {
    .random(
      batchSize: batchSize, visual: dimensions.aligned, text: dimensions.text,
      classes: dimensions.classes, marks: marks)
  }

  func joint(
    _ loss: any AlignmentLoss = InfoNCE(temperature: 0.3), alignmentWeight: Float = 0.3,
    reconstructionWeight: Float = 1, hasSkip: Bool = true
  ) throws -> JointNetwork {
    JointNetwork(
      dimensions: dimensions, schedule: try NoiseSchedule(kind: .cosine, stepCount: 20),
      options: options(
        loss, weight: alignmentWeight,
        reconstructionWeight: reconstructionWeight, textScale: 0.3, hasSkip: hasSkip),
      batchSize: batchSize, precision: precision, key: key)
  }

  func alignment(
    _ loss: any AlignmentLoss = InfoNCE(temperature: 0.3), weight: Float = 1
  ) -> AlignmentNetwork {
    AlignmentNetwork(
      dimensions: dimensions, options: options(loss, weight: weight), batchSize: batchSize,
      precision: precision, key: key)
  }

  private func options(
    _ loss: any AlignmentLoss, weight: Float, reconstructionWeight: Float = 0,
    textScale: Float = 1, hasSkip: Bool = false
  ) -> NetworkOptions {
    var result = NetworkOptions()
    result.alignmentLoss = weight > 0 ? loss : nil
    result.ranks = ranks
    result.firstRow = firstRow
    result.alignmentWeight = weight
    result.tokens = tokens
    result.reconstructionWeight = reconstructionWeight
    result.textScale = textScale
    result.dropout = dropout
    result.featureNoise = featureNoise
    result.hasSkip = hasSkip
    return result
  }

  func reconstruction(
    weight: Float = 1, hasSkip: Bool = false, diffuses: Bool = true
  ) throws -> ReconstructionNetwork {
    var options = options(
      InfoNCE(temperature: 0.3), weight: 0, reconstructionWeight: weight, textScale: 0.5,
      hasSkip: hasSkip)
    options.diffuses = diffuses
    return ReconstructionNetwork(
      dimensions: dimensions, schedule: try NoiseSchedule(kind: .cosine, stepCount: 20),
      options: options, batchSize: batchSize, precision: precision, key: key)
  }

  func fusion(_ fusionOperator: FusionOperator, _ mode: FusionHead.Mode) -> FusionNetwork {
    FusionNetwork(
      dimensions: dimensions, fusionOperator: fusionOperator, mode: mode, dropout: dropout,
      batchSize: batchSize, precision: precision, key: key)
  }
}

/// What `fusion` can be built of: concatenation of logits is not a fusion.
struct FusionKind: Sendable, CustomStringConvertible {
  let fusionOperator: FusionOperator
  let mode: FusionHead.Mode

  static let all = FusionHead.Mode.allCases.flatMap { mode in
    FusionOperator.allCases.compactMap { one in
      mode == .logit && one == .concatenation
        ? nil : FusionKind(fusionOperator: one, mode: mode)
    }
  }

  var description: String { "\(mode) \(fusionOperator)" }
}
