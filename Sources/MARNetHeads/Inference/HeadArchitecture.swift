// SPDX-License-Identifier: Apache-2.0

/// Everything that fixes the shape and meaning of a trained set of heads.
package struct HeadArchitecture: Sendable, Equatable {
  /// What the final prediction is made of.
  package enum Prediction: String, Sendable, Codable {
    /// softmax of the mean log-probability of the three heads (preset `plugin`).
    case averageOfHeads
    /// The fusion classifier alone (preset `paper`).
    case fusion
  }

  package var dimensions: HeadDimensions
  package var slope: Float
  package var hasTextProjector: Bool
  package var hasSkip: Bool
  package var scheduleKind: NoiseSchedule.Kind
  package var diffusionSteps: Int
  /// b.
  package var textScale: Float
  package var fusionOperator: FusionOperator
  package var fusionMode: FusionHead.Mode
  /// Whether x_EMA and x_CDR are standardised before fusion (staged training).
  package var standardisesFusionInput: Bool
  package var prediction: Prediction

  package init(
    dimensions: HeadDimensions, slope: Float, hasTextProjector: Bool, hasSkip: Bool,
    scheduleKind: NoiseSchedule.Kind, diffusionSteps: Int, textScale: Float,
    fusionOperator: FusionOperator, fusionMode: FusionHead.Mode, standardisesFusionInput: Bool,
    prediction: Prediction
  ) {
    self.dimensions = dimensions
    self.slope = slope
    self.hasTextProjector = hasTextProjector
    self.hasSkip = hasSkip
    self.scheduleKind = scheduleKind
    self.diffusionSteps = diffusionSteps
    self.textScale = textScale
    self.fusionOperator = fusionOperator
    self.fusionMode = fusionMode
    self.standardisesFusionInput = standardisesFusionInput
    self.prediction = prediction
  }
}
