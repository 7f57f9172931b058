// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet

/// Fits that take a fraction of a second, for tests of what surrounds them.
enum SmallFit {
  static func configuration(_ preset: Configuration.Preset = .plugin) -> Configuration {
    var configuration = Configuration(preset: preset, seed: 3)
    configuration.training.minimumSteps = 20
    configuration.training.maximumSteps = 20
    configuration.training.minimumEpochs = 1
    configuration.training.fusionSteps = 10
    configuration.training.batchSize = 64
    configuration.alignment.dimension = 16
    configuration.reconstruction.hiddenWidth = 16
    configuration.sampling.draws = 2
    // So little training would fall back to the probe, and nothing would test the heads.
    configuration.validation.fallback = false
    return configuration
  }

  static func features(labelled: Double = 1, seed: UInt64 = 0) throws -> SyntheticFeatures {
    var parameters = SyntheticParameters()
    parameters.trainRows = 320
    parameters.testRows = 90
    parameters.classCount = 4
    parameters.visualWidth = 20
    parameters.textWidth = 6
    parameters.labelledFraction = labelled
    parameters.seed = seed
    return try SyntheticFeatures(parameters)
  }

  static func model(
    _ preset: Configuration.Preset = .plugin, threads: Int = 1,
    change: (inout Configuration) -> Void = { _ in }
  ) throws -> Model {
    var configuration = configuration(preset)
    change(&configuration)
    return try Trainer(configuration: configuration, threads: threads)
      .fit(try features().pairedRows(.train))
  }
}

extension TemporaryFolder {
  /// The files of `model` as it is saved under `name`.
  func savedBytes(of model: Model, as name: String) throws -> [String: Data] {
    let path = file(name)
    try model.save(to: path)
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)")))
      })
  }
}
