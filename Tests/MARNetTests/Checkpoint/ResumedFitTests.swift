// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import Testing

/// A fit that was stopped and goes on writes the bytes of one that was not.
@Suite struct ResumedFitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(
    _ preset: Configuration.Preset, _ method: MARNet.AlignmentOptions.Method = .ita
  ) -> Configuration {
    var configuration = SmallFit.configuration(preset)
    configuration.training.batchSize = 32
    configuration.training.minimumSteps = 24
    configuration.training.maximumSteps = 24
    configuration.training.shuffleRows = 100
    configuration.training.slabRows = 9
    configuration.validation.imageOnlyControl = preset == .plugin
    configuration.alignment.use(method)
    return configuration
  }

  private func file() throws -> FeatureFile {
    let path = folder.file("f.h5")
    try SmallFit.features(labelled: 0.7).write(to: path)
    return try FeatureFile(path: path)
  }

  private func bytes(of model: Model, _ name: String) throws -> [String: Data] {
    try folder.savedBytes(of: model, as: name)
  }

  private var kept: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.file(".m.checkpoint"))) ?? [])
      .sorted()
  }

  /// Fits with a stop after every `reports` reports of training, each time by another `FitCheckpoints`.
  private func fitInPieces(
    _ configuration: Configuration, _ rows: PairedSource, reports: Int,
    whenStopped: () throws -> Void = {}
  ) throws -> (model: Model, stops: Int) {
    let output = folder.file("m")
    var checkpoints = try FitCheckpoints(output: output, schedule: .epochs(1))
    for stops in 0..<50 {
      var left = reports
      do {
        let threads = 1 + stops % 3
        let model = try Trainer(configuration: configuration, threads: threads).fit(
          rows, validation: nil, checkpoints: checkpoints
        ) { progress in
          // A linear prefit is kept whole or begun again.
          guard progress.epoch > 0 else { return .proceed }
          left -= 1
          return left > 0 ? .proceed : .cancel
        }
        checkpoints.remove()
        return (model, stops)
      } catch FitError.suspended(let kept) {
        #expect(kept == output)
      }
      try whenStopped()
      withExtendedLifetime(checkpoints) {}
      checkpoints = try reopened(checkpoints, output)
    }
    throw FitError.cancelled
  }

  /// The lock of the earlier ones goes with them.
  private func reopened(
    _ checkpoints: consuming FitCheckpoints, _ output: String
  ) throws -> FitCheckpoints {
    _ = consume checkpoints
    return try FitCheckpoints(resuming: output, schedule: .epochs(1))
  }

  @Test(arguments: Configuration.Preset.allCases, [true, false])
  func stoppedAgainAndAgain(preset: Configuration.Preset, isResident: Bool) throws {
    let configuration = configuration(preset)
    let source = try file().pairedSource(.train)
    let rows = isResident ? try source.resident() : source
    let whole = try Trainer(configuration: configuration).fit(rows, validation: nil)
    let pieces = try fitInPieces(configuration, rows, reports: 2)
    #expect(pieces.stops > 3, "it was stopped \(pieces.stops) times")
    #expect(try bytes(of: pieces.model, "pieces") == bytes(of: whole, "whole"))
    #expect(kept.isEmpty)
  }

  /// Stopped while the linear prefit of the held-out test is made: that of all rows is kept.
  @Test func stoppedInALinearPrefit() throws {
    let configuration = configuration(.plugin)
    let rows = try SmallFit.features().pairedRows(.train)
    let output = folder.file("m")
    do {
      let checkpoints = try FitCheckpoints(output: output)
      #expect(throws: FitError.suspended(output: output)) {
        try Trainer(configuration: configuration).fit(rows, checkpoints: checkpoints) {
          $0.stage == "linear prefit, held-out test" ? .cancel : .proceed
        }
      }
    }
    #expect(kept.contains("finished-linear-prefit-all-rows.bin"))
    let checkpoints = try FitCheckpoints(resuming: output)
    var stages: Set<String> = []
    let model = try Trainer(configuration: configuration).fit(rows, checkpoints: checkpoints) {
      if $0.isEpochEnd || $0.epoch == 0 { stages.insert($0.stage) }
      return .proceed
    }
    #expect(stages.contains("joint network, final fit"))
    let whole = try Trainer(configuration: configuration).fit(rows)
    #expect(try bytes(of: model, "pieces") == bytes(of: whole, "whole"))
  }

  /// Every alignment loss: none keeps state that a checkpoint does not have.
  @Test(arguments: MARNet.AlignmentOptions.Method.allCases.filter { $0 != .team })
  func everyAlignmentLoss(method: MARNet.AlignmentOptions.Method) throws {
    let configuration = configuration(.paper, method)
    let rows = try file().pairedSource(.train).resident()
    let whole = try Trainer(configuration: configuration).fit(rows, validation: nil)
    let pieces = try fitInPieces(configuration, rows, reports: 2)
    #expect(pieces.stops > 1)
    #expect(try bytes(of: pieces.model, "pieces") == bytes(of: whole, "whole"))
  }

  /// The last two checkpoints are kept; without the last, or with a damaged one, the one before
  /// serves.
  @Test(arguments: ["lost", "damaged", "cut"]) func theLastCheckpointIsOf(_ kind: String) throws {
    let configuration = configuration(.plugin)
    let rows = try file().pairedSource(.train).resident()
    let whole = try Trainer(configuration: configuration).fit(rows, validation: nil)
    var spoiled = 0
    let pieces = try fitInPieces(configuration, rows, reports: 2) {
      let checkpoints = kept.filter { $0.hasPrefix("checkpoint-") }
      #expect(checkpoints.count <= 2)
      guard checkpoints.count == 2 else { return }
      spoiled += 1
      let path = folder.file(".m.checkpoint/\(checkpoints[1])")
      var data = try Data(contentsOf: URL(fileURLWithPath: path))
      switch kind {
      case "lost": return try FileManager.default.removeItem(atPath: path)
      case "damaged": data[data.count / 2] ^= 1
      default: data = data.prefix(data.count / 2)
      }
      try data.write(to: URL(fileURLWithPath: path))
    }
    #expect(spoiled > 0)
    #expect(try bytes(of: pieces.model, "pieces") == bytes(of: whole, "whole"))
  }

  /// With a validation group, and with checkpoints that are never due.
  @Test func withoutAnyCheckpoint() throws {
    let rows = try SmallFit.features().pairedRows(.train)
    let output = folder.file("m")
    let configuration = configuration(.plugin)
    let checkpoints = try FitCheckpoints(output: output, schedule: .never)
    #expect(throws: FitError.cancelled) {
      try Trainer(configuration: configuration).fit(rows, checkpoints: checkpoints) { progress in
        progress.epoch == 2 ? .cancel : .proceed
      }
    }
    #expect(kept == ["lock"])
    withExtendedLifetime(checkpoints) {}
  }

  /// A fit that never began leaves no folder, and lets go of its lock.
  @Test func nothingIsLeftOfAFitThatDidNotBegin() throws {
    let output = folder.file("m")
    do {
      let checkpoints = try FitCheckpoints(output: output)
      #expect(kept == ["lock"])
      #expect(throws: DataError.self) { try FitCheckpoints(output: output) }
      withExtendedLifetime(checkpoints) {}
    }
    #expect(kept.isEmpty)
    #expect(throws: CheckpointError.nothingToResume(output: output)) {
      try FitCheckpoints(resuming: output)
    }
  }

  /// Training that left the finite numbers keeps what was good.
  @Test func aDivergedFitKeepsItsLastCheckpoint() throws {
    var configuration = configuration(.plugin)
    configuration.training.learningRate = 10
    configuration.training.minimumSteps = 400
    configuration.training.maximumSteps = 400
    let rows = try SmallFit.features().pairedRows(.train)
    let checkpoints = try FitCheckpoints(output: folder.file("m"), schedule: .seconds(1e-9))
    let error = #expect(throws: FitError.self) {
      try Trainer(configuration: configuration).fit(rows, checkpoints: checkpoints)
    }
    let text = try #require(error?.description)
    #expect(text.hasPrefix("joint network, held-out test: the "))
    #expect(text.contains(" was not a finite number in epoch "))
    #expect(kept.count { $0.hasPrefix("checkpoint-") } == 2)
    withExtendedLifetime(checkpoints) {}
  }
}
