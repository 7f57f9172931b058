// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetDense
import TestSupport
import Testing

/// A fit of several ranks that was stopped goes on.
@Suite struct RankedResumeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static var configuration: Configuration {
    var configuration = SmallFit.configuration()
    configuration.training.batchSize = 24
    configuration.validation.minimumRows = 16
    configuration.training.minimumSteps = 40
    configuration.training.maximumSteps = 40
    return configuration
  }

  private struct Outcome: Sendable {
    var model: Model?
    var error: FitError?
    var notes: [String] = []
  }

  /// Runs the fit of every rank; `control` answers progress.
  private func run(
    _ count: Int, resuming: Bool = false,
    control: @escaping @Sendable (FitProgress, _ rank: Int) -> FitControl = { _, _ in .proceed },
    change: @escaping @Sendable (inout Configuration, _ rank: Int) -> Void = { _, _ in }
  ) throws -> [Outcome] {
    let (output, path) = (folder.file("m"), folder.file("f.h5"))
    if !FileManager.default.fileExists(atPath: path) {
      try SmallFit.features(labelled: 0.7).write(to: path)
    }
    return try ThreadRanks.run(count) { ranks in
      let first =
        !ranks.isFirst
        ? nil
        : resuming
          ? try FitCheckpoints(resuming: output, schedule: .epochs(1))
          : try FitCheckpoints(output: output, schedule: .epochs(1))
      guard let checkpoints = try FitCheckpoints.shared(first, output: output, over: ranks) else {
        return Outcome()
      }
      var configuration = Self.configuration
      change(&configuration, ranks.rank)
      var trainer = try Trainer(configuration: configuration, threads: 1)
      trainer.ranks = ranks
      do {
        let model = try trainer.fit(
          FeatureFile(path: path).pairedSource(.train), validation: nil, checkpoints: checkpoints,
          progress: { control($0, ranks.rank) })
        checkpoints.remove()
        return Outcome(model: model, notes: checkpoints.notes)
      } catch let error as FitError {
        return Outcome(error: error)
      }
    }
  }

  private func weights(of model: Model?, _ name: String) throws -> Data {
    let path = folder.file(name)
    try #require(model).save(to: path)
    return try Data(contentsOf: URL(fileURLWithPath: path + "/model.safetensors"))
  }

  /// One rank alone is asked to stop; all stop after the same step, and go on to the same bytes.
  @Test(arguments: [
    "linear prefit, held-out test", "joint network, held-out test", "joint network, final fit",
  ])
  func stoppedByOneRank(in stage: String) throws {
    let whole = try weights(of: run(2)[0].model, "whole")
    let stopped = try run(2) { progress, rank in
      progress.stage == stage && rank == 1 && (progress.epoch == 0 || progress.epoch >= 2)
        ? .cancel : .proceed
    }
    #expect(
      stopped.map(\.error) == [
        .suspended(output: folder.file("m")), .suspended(output: folder.file("m")),
      ])
    let resumed = try run(2, resuming: true)
    #expect(resumed.allSatisfy { $0.notes.isEmpty })
    #expect(try weights(of: resumed[0].model, "resumed") == whole)
  }

  /// On another number of ranks the same batches are drawn, and rounding differs.
  @Test func onOneRank() throws {
    let whole = try #require(run(2)[0].model)
    _ = try run(2) { progress, _ in
      progress.stage == "joint network, final fit" && progress.epoch == 2 ? .cancel : .proceed
    }
    let resumed = try run(1, resuming: true)[0]
    let model = try #require(resumed.model)
    #expect(
      resumed.notes == [
        "The fit was begun on 2 ranks, here they are 1: the model may differ in late digits from that "
          + "of an uninterrupted fit."
      ])
    #expect(model.epochs.count == whole.epochs.count)
    for (one, two) in zip(model.epochs, whole.epochs) {
      #expect(abs(one.loss - two.loss) < 1e-4 * two.loss)
    }
  }

  @Test func onMoreRanksThanParts() throws {
    _ = try run(2) { progress, _ in progress.epoch == 2 ? .cancel : .proceed }
    #expect(throws: ConfigurationError.self) { try run(3, resuming: true) }
  }

  /// Ranks that would compute different numbers are told so before they begin.
  @Test func ranksThatDiffer() throws {
    let outcomes = try run(2, change: { $0.seed += UInt64($1) })
    #expect(outcomes.allSatisfy { $0.error == .ranksDiffer(stage: "before the first step") })
  }
}
