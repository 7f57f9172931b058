// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Models fitted in a fraction of a second, to export.
enum ExportedModel {
  static let visualWidth = 20
  static let textWidth = 6

  static func fit(
    _ preset: Configuration.Preset = .plugin, textWidth: Int = textWidth,
    change: (inout Configuration) -> Void = { _ in },
    progress: FitProgressHandler = { _ in .proceed }
  ) throws -> Model {
    var configuration = Configuration(preset: preset, seed: 3)
    configuration.training.minimumSteps = 20
    configuration.training.maximumSteps = 20
    configuration.training.minimumEpochs = 1
    configuration.training.fusionSteps = 10
    configuration.training.batchSize = 64
    configuration.alignment.dimension = 16
    configuration.reconstruction.hiddenWidth = 12
    configuration.sampling.draws = 2
    configuration.validation.fallback = false
    change(&configuration)
    var parameters = SyntheticParameters()
    parameters.trainRows = 320
    parameters.classCount = 4
    parameters.visualWidth = visualWidth
    parameters.textWidth = textWidth
    return try Trainer(configuration: configuration, threads: 1)
      .fit(try SyntheticFeatures(parameters).pairedRows(.train), progress: progress)
  }
}
