// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import Testing

/// A fit that is not the one that was begun does not go on with it.
@Suite struct ResumeRefusalTests {
  private let folder: TemporaryFolder
  private let output: String

  init() throws {
    folder = try TemporaryFolder()
    output = folder.file("m")
    let checkpoints = try FitCheckpoints(output: output, schedule: .epochs(1))
    let rows = try SmallFit.features().pairedRows(.train)
    let configuration = SmallFit.configuration()
    #expect(throws: FitError.suspended(output: output)) {
      try Trainer(configuration: configuration).fit(rows, checkpoints: checkpoints) { progress in
        progress.epoch == 2 ? .cancel : .proceed
      }
    }
    withExtendedLifetime(checkpoints) {}
  }

  private func resume(
    _ rows: PairedRows, _ change: (inout Configuration) -> Void = { _ in },
    validation: PairedRows? = nil
  ) throws {
    var configuration = SmallFit.configuration()
    change(&configuration)
    let checkpoints = try FitCheckpoints(resuming: output)
    #expect(checkpoints.configuration == SmallFit.configuration())
    _ = try Trainer(configuration: configuration).fit(
      rows, validation: validation, checkpoints: checkpoints)
  }

  @Test func anotherConfiguration() throws {
    let rows = try SmallFit.features().pairedRows(.train)
    let error = #expect(throws: CheckpointError.self) {
      try resume(rows) { $0.training.learningRate = 0.5 }
    }
    #expect(
      error?.description.contains(
        "cannot go on, since 'training.learning_rate' is 0.5 now and was ") == true)
    #expect(Failure(try #require(error)).exitStatus == 78)
    let other = #expect(throws: CheckpointError.self) { try resume(rows) { $0.seed = 9 } }
    #expect(other?.description.contains("'seed' is 9 now and was 3") == true)
    let epochs = #expect(throws: CheckpointError.self) {
      try resume(rows) { $0.training.epochs = 4 }
    }
    #expect(epochs?.description.contains("'training.epochs' is 4 now and was not set") == true)
  }

  @Test func otherData() throws {
    let rows = try SmallFit.features().pairedRows(.train)
    func difference(_ rows: PairedRows, _ validation: PairedRows? = nil) throws -> String {
      let error = #expect(throws: CheckpointError.self) {
        try resume(rows, validation: validation)
      }
      #expect(Failure(try #require(error)).exitStatus == 65)
      return error?.description ?? ""
    }
    var visual = rows.visual
    visual[5, 3] += 1
    let changed = try PairedRows(
      visual: visual, text: rows.text, hasText: rows.hasText, labels: rows.labels,
      classNames: rows.classNames)
    #expect(try difference(changed).contains("since the training rows have other values"))
    let fewer = try PairedRows(
      visual: rows.visual.rows(at: Array(0..<300)),
      text: rows.text.map { $0.rows(at: Array(0..<300)) },
      hasText: Array(rows.hasText.prefix(300)), labels: Array(rows.labels.prefix(300)),
      classNames: rows.classNames)
    #expect(try difference(fewer).contains("since there are 300 training rows, not 320"))
    let renamed = try PairedRows(
      visual: rows.visual, text: rows.text, hasText: rows.hasText, labels: rows.labels,
      classNames: ["a", "b", "c", "d"])
    #expect(try difference(renamed).contains("since the classes have other names"))
    #expect(try difference(rows, fewer).contains("since there are validation rows now"))
  }

  /// Another fit on the same output must be meant.
  @Test func aNewFit() throws {
    let error = #expect(throws: CheckpointError.unfinished(output: output)) {
      try FitCheckpoints(output: output)
    }
    #expect(Failure(try #require(error)).exitStatus == 73)
    do { _ = try FitCheckpoints(output: output, overwrite: true) }
    #expect(!FitCheckpoints.exist(for: output))
  }

  /// What was refused is kept: the right command still goes on.
  @Test func refusalsLoseNothing() throws {
    let rows = try SmallFit.features().pairedRows(.train)
    #expect(throws: CheckpointError.self) { try resume(rows) { $0.seed = 9 } }
    try resume(rows)
  }
}
