// SPDX-License-Identifier: Apache-2.0

import MARNetHeads

extension HeadDimensions {
  init(_ configuration: Configuration, visual: Int, text: Int, classes: Int) {
    self.init(
      visual: visual, text: text, classes: classes, aligned: configuration.alignment.dimension,
      hidden: configuration.reconstruction.hiddenWidth,
      timeEmbedding: configuration.reconstruction.timeEmbeddingWidth)
  }
}

extension HeadArchitecture {
  package init(_ configuration: Configuration, dimensions: HeadDimensions, hasTextProjector: Bool) {
    self.init(
      dimensions: dimensions, slope: Float(configuration.alignment.leakySlope),
      hasTextProjector: hasTextProjector, hasSkip: configuration.reconstruction.hasSkip,
      scheduleKind: configuration.reconstruction.schedule.kind,
      diffusionSteps: configuration.reconstruction.diffusionSteps,
      textScale: Float(configuration.reconstruction.textScale),
      fusionOperator: configuration.fusion.fusionOperator.fusionOperator,
      fusionMode: configuration.fusion.mode == .logit ? .logit : .representation,
      standardisesFusionInput: configuration.training.scheme == .staged,
      prediction: configuration.fusion.prediction.prediction)
  }
}
