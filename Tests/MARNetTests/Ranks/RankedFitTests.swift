// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetDense
import TestSupport
import Testing

/// A fit of several ranks is the fit of one on the same batches.
@Suite struct RankedFitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(
    _ preset: Configuration.Preset = .plugin, parts: Int? = nil
  ) -> Configuration {
    var configuration = SmallFit.configuration(preset)
    configuration.training.batchSize = 24
    configuration.validation.minimumRows = 16
    configuration.training.minimumSteps = 60
    configuration.training.maximumSteps = 60
    configuration.training.parts = parts
    return configuration
  }

  private func path(labelled: Double = 0.7) throws -> String {
    let path = folder.file("f.h5")
    if !FileManager.default.fileExists(atPath: path) {
      try SmallFit.features(labelled: labelled).write(to: path)
    }
    return path
  }

  /// The fit of every rank.
  private func fits(
    _ count: Int, _ configuration: Configuration, threads: Int = 2, withValidation: Bool = true
  ) throws -> [Model] {
    let path = try path()
    return try ThreadRanks.run(count) { ranks in
      var trainer = try Trainer(configuration: configuration, threads: threads)
      trainer.ranks = ranks
      return try Self.fit(trainer, path, withValidation: withValidation)
    }
  }

  /// With the file's validation rows, or with training rows held out.
  private static func fit(
    _ trainer: Trainer, _ path: String, withValidation: Bool
  ) throws -> Model {
    let file = try FeatureFile(path: path)
    return withValidation
      ? try trainer.fit(file) : try trainer.fit(file.pairedSource(.train), validation: nil)
  }

  private func bytes(of model: Model, _ name: String) throws -> [String: Data] {
    try folder.savedBytes(of: model, as: name)
  }

  private func expectClose(
    _ model: Model, _ other: Model, tolerance: Double = 1e-4,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(model.epochs.count == other.epochs.count, sourceLocation: sourceLocation)
    for (one, two) in zip(model.epochs, other.epochs) {
      #expect(one.stage == two.stage && one.step == two.step, sourceLocation: sourceLocation)
      #expect(
        abs(one.loss - two.loss) <= tolerance * abs(two.loss), "\(one) and \(two)",
        sourceLocation: sourceLocation)
    }
    #expect(model.report.rows == other.report.rows, sourceLocation: sourceLocation)
    #expect(
      model.dataFingerprint == other.dataFingerprint, sourceLocation: sourceLocation)
  }

  @Test(arguments: Configuration.Preset.allCases, [2, 3])
  func ranksTogetherAreOne(preset: Configuration.Preset, count: Int) throws {
    let withValidation = count == 2
    let one = try Self.fit(
      Trainer(configuration: configuration(preset, parts: count)), path(),
      withValidation: withValidation)
    #expect(one.epochs.reduce(0) { max($0, $1.step) } >= 50)
    let ranks = try fits(count, configuration(preset), withValidation: withValidation)
    expectClose(ranks[0], one)
    let first = try bytes(of: ranks[0], "rank-0")
    for (rank, model) in ranks.enumerated().dropFirst() {
      let own = try bytes(of: model, "rank-\(rank)")
      #expect(
        own.filter { !$0.key.hasSuffix(".json") } == first.filter { !$0.key.hasSuffix(".json") })
    }
  }

  /// The same bytes each time, whatever the threads of a rank.
  @Test func theSameRanksGiveTheSameBytes() throws {
    let one = try bytes(of: fits(2, configuration(), threads: 1)[0], "one")
    let two = try bytes(of: fits(2, configuration(), threads: 3)[0], "two")
    #expect(one == two)
  }

  /// Which rank has which parts matters to rounding alone.
  @Test func partsAreDealtOutToAnyRanks() throws {
    let four = try fits(4, configuration(parts: 4))[0]
    expectClose(try fits(2, configuration(parts: 4))[0], four)
    expectClose(try fits(3, configuration(parts: 4))[0], four)
  }

  @Test func negativesOfOneRankAreOthers() throws {
    var local = configuration()
    local.alignment.negatives = .local
    let (one, two) = (try fits(2, local)[0], try fits(2, configuration())[0])
    #expect(one.epochs[0].alignmentLoss != two.epochs[0].alignmentLoss)
    #expect(try bytes(of: fits(2, local)[0], "again") == bytes(of: one, "first"))
  }

  @Test(arguments: MARNet.AlignmentOptions.Method.allCases)
  func everyAlignmentLossTrains(method: MARNet.AlignmentOptions.Method) throws {
    var configuration = configuration()
    configuration.alignment.use(method)
    let ranks = try fits(2, configuration)
    #expect(ranks[0].epochs == ranks[1].epochs)
    #expect(ranks[0].epochs.allSatisfy { $0.loss.isFinite })
  }

  /// Stage 3 trains on labelled rows alone, of which a part may have none.
  @Test func fewerLabelledRowsThanParts() throws {
    let path = try path(labelled: 0.02)
    let file = try FeatureFile(path: path)
    let rows = try file.pairedSource(.train)
    #expect(rows.labels.count { $0 >= 0 } < 12)
    let model = try Trainer(configuration: configuration(.paper, parts: 12))
      .fit(rows, validation: nil)
    #expect(model.epochs.contains { $0.fusionCrossEntropy != nil })
  }

  /// As in files and on the command line, and back.
  @Test func optionsHaveNames() throws {
    let configuration = try Configuration().setting([
      "training.parts=3", "alignment.negatives=local",
    ])
    #expect(configuration.training.parts == 3 && configuration.alignment.negatives == .local)
    let back = try configuration.setting(["training.parts=null", "alignment.negatives=null"])
    #expect(back == Configuration())
    var other = Configuration()
    other.alignment.use(.swd)
    other.alignment.negatives = .global
    #expect(throws: ConfigurationError.self) { try other.validate() }
  }

  @Test func whatIsRefused() throws {
    let path = try path()
    func refusal(_ count: Int, _ configuration: Configuration) throws -> String? {
      try ThreadRanks.run(count) { ranks in
        var trainer = try Trainer(configuration: configuration)
        trainer.ranks = ranks
        do {
          _ = try trainer.fit(FeatureFile(path: path))
          return nil
        } catch { return Failure(error).message }
      }[0]
    }
    let fewParts = try #require(try refusal(3, configuration(parts: 2)))
    #expect(fewParts.contains("'training.parts' is 2") || fewParts.contains("training.parts"))
    var local = configuration(parts: 3)
    local.alignment.negatives = .local
    #expect(try refusal(2, local)?.contains("pairs rows within a rank") == true)
    var crowded = configuration(parts: 20)
    crowded.training.batchSize = 24
    #expect(
      try refusal(1, crowded)?.contains("fills 2 places or more of a batch of 24 rows") == true)
  }
}
