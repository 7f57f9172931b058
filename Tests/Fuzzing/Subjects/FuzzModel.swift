// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Models and features that take a fraction of a second.
enum FuzzModel {
  static func configuration(_ preset: Configuration.Preset) -> Configuration {
    var configuration = Configuration(preset: preset, seed: 3)
    configuration.training.minimumSteps = 10
    configuration.training.maximumSteps = 10
    configuration.training.minimumEpochs = 1
    configuration.training.fusionSteps = 10
    configuration.training.batchSize = 32
    configuration.alignment.dimension = 8
    configuration.reconstruction.hiddenWidth = 8
    configuration.sampling.draws = 2
    configuration.validation.fallback = false
    configuration.validation.minimumRows = 10
    return configuration
  }

  static var features: SyntheticFeatures {
    get throws {
      var parameters = SyntheticParameters()
      parameters.trainRows = 120
      parameters.testRows = 30
      parameters.classCount = 3
      parameters.visualWidth = 8
      parameters.textWidth = 4
      return try SyntheticFeatures(parameters)
    }
  }

  static func make(_ preset: Configuration.Preset) throws -> Model {
    try Trainer(configuration: configuration(preset), threads: 1)
      .fit(features.pairedRows(.train))
  }
}
