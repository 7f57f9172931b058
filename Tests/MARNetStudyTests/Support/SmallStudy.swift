// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetData
import MARNetStudy

/// Studies that take a fraction of a second.
enum SmallStudy {
  static func parameters() -> SyntheticParameters {
    var parameters = SyntheticParameters()
    parameters.trainRows = 200
    parameters.testRows = 80
    parameters.classCount = 4
    parameters.visualWidth = 12
    parameters.textWidth = 6
    return parameters
  }

  static func features(
    change: (inout SyntheticParameters) -> Void = { _ in }
  ) throws -> SyntheticFeatures {
    var parameters = parameters()
    change(&parameters)
    return try SyntheticFeatures(parameters)
  }

  /// Half of the rows labelled, so that self-training has something to do.
  static func halfLabelled() throws -> SyntheticFeatures {
    try features { $0.labelledFraction = 0.5 }
  }

  static func configuration(_ preset: Configuration.Preset = .plugin) -> Configuration {
    var configuration = Configuration(preset: preset)
    configuration.training.minimumSteps = 12
    configuration.training.maximumSteps = 12
    configuration.training.minimumEpochs = 1
    configuration.training.fusionSteps = 8
    configuration.training.batchSize = 64
    configuration.training.learningRate = 0.01
    configuration.training.precision = .float32
    configuration.alignment.dimension = 16
    configuration.reconstruction.hiddenWidth = 16
    configuration.sampling.draws = 2
    configuration.sampling.steps = 3
    configuration.validation.minimumRows = 15
    return configuration
  }

  static func options(
    _ only: [String] = [], seeds: Int = 1, trials: Int = 2
  ) -> ComparisonOptions {
    var options = ComparisonOptions()
    options.only = only
    options.seedCount = seeds
    options.trials = trials
    options.plugin = configuration()
    options.paper = configuration(.paper)
    return options
  }

  /// Runs a comparison of `features` in a folder of its own.
  static func report(
    _ options: ComparisonOptions, on features: SyntheticFeatures? = nil, threads: Int = 1
  ) throws -> ComparisonReport {
    let folder = try StudyFolder()
    try folder.write(features ?? halfLabelled())
    return try folder.compare(options, threads: threads)
  }
}

/// A folder with a feature file, and studies of it.
struct StudyFolder {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var features: String { folder.file("features.h5") }
  var output: String { folder.file("report.json") }
  var partial: String { folder.file(".report.json.partial") }
  var names: [String] { folder.names }

  func write(_ features: SyntheticFeatures) throws {
    try? FileManager.default.removeItem(atPath: self.features)
    try features.write(to: self.features)
  }

  /// Writes other rows than a generator makes.
  func write(_ rows: [Split: FeatureBlock], classNames: [String]) throws {
    try? FileManager.default.removeItem(atPath: features)
    try FeatureFileWriter.write(rows, classNames: classNames, to: features)
  }

  func compare(
    _ options: ComparisonOptions, overwrite: Bool = false, threads: Int = 1,
    progress: @escaping StudyProgressHandler = { _ in true }
  ) throws -> ComparisonReport {
    try Comparison(options: options, threads: threads).run(
      FeatureFile(path: features), output: output, overwrite: overwrite, progress: progress)
  }
}

extension SyntheticFeatures {
  /// All rows of the splits that have any.
  var blocks: [Split: FeatureBlock] {
    var result: [Split: FeatureBlock] = [:]
    for split in Split.allCases where parameters.rowCount(of: split) > 0 {
      result[split] = block(split, rows: 0..<parameters.rowCount(of: split))
    }
    return result
  }
}

extension ComparisonReport {
  /// Without what differs between two runs of the same study: times, and where the file lay.
  var timeless: ComparisonReport {
    var result = self
    result.features = ""
    for level in result.levels.indices {
      for row in result.levels[level].rows.indices {
        result.levels[level].rows[row].fitSeconds = 0
        result.levels[level].rows[row].rowsPerSecond = 0
      }
    }
    return result
  }
}
