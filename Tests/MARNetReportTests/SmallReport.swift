// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Features and models of them, fitted once in a fraction of a second.
struct SmallReport {
  let folder: TemporaryFolder
  let features: FeatureFile
  let plugin: Model
  let paper: Model

  static let shared = Result { try SmallReport() }

  private init() throws {
    folder = try TemporaryFolder()
    var parameters = SyntheticParameters()
    parameters.trainRows = 320
    parameters.testRows = 120
    parameters.classCount = 7
    parameters.visualWidth = 20
    parameters.textWidth = 6
    try SyntheticFeatures(parameters).write(to: folder.file("f.h5"))
    features = try FeatureFile(path: folder.file("f.h5"))
    plugin = try Self.fit(features, .plugin, to: folder.file("plugin.marnet"))
    paper = try Self.fit(features, .paper, to: folder.file("paper.marnet"))
  }

  private static func fit(
    _ file: FeatureFile, _ preset: Configuration.Preset, to path: String
  ) throws -> Model {
    var configuration = Configuration(preset: preset, seed: 3)
    configuration.training.minimumSteps = 40
    configuration.training.maximumSteps = 40
    configuration.training.minimumEpochs = 1
    configuration.training.fusionSteps = 20
    configuration.training.batchSize = 64
    configuration.training.learningRate = 0.01
    configuration.alignment.dimension = 16
    configuration.reconstruction.hiddenWidth = 16
    configuration.sampling.draws = 2
    // So little training would fall back to the probe, and nothing would show the heads.
    configuration.validation.fallback = false
    let model = try Trainer(configuration: configuration, threads: 1)
      .fit(file.pairedRows(.train))
    try model.save(to: path)
    return model
  }

  func content(
    _ preset: Configuration.Preset = .plugin, threads: Int = 1,
    change: (inout ReportOptions) -> Void = { _ in }
  ) throws -> ReportContent {
    var options = ReportOptions()
    options.rowsPerClass = 12
    change(&options)
    return try ReportGathering(
      model: preset == .plugin ? plugin : paper,
      directory: folder.file("\(preset.rawValue).marnet"), file: features, options: options,
      threads: threads, progress: { _ in true }
    ).gather()
  }
}

/// Reads markup as XML; pages are both.
enum WellFormed {
  /// What a parser objects to; nil where it does not.
  static func objection(to text: String) -> String? {
    let parser = XMLParser(data: Data(text.utf8))
    guard !parser.parse() else { return nil }
    let error = parser.parserError.map { "\($0)" } ?? "no reason"
    return "line \(parser.lineNumber), column \(parser.columnNumber): \(error)"
  }
}
