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

  /// A whole prefit, of features of other widths.
  @Test func aPrefitOfOtherRows() throws {
    var parameters = SyntheticParameters()
    parameters.trainRows = 320
    parameters.classCount = 4
    parameters.visualWidth = 12
    parameters.textWidth = 6
    let rows = try SyntheticFeatures(parameters).pairedRows(.train)
    let other = folder.file("other")
    let checkpoints = try FitCheckpoints(output: other, schedule: .epochs(1))
    #expect(throws: FitError.suspended(output: other)) {
      try Trainer(configuration: SmallFit.configuration()).fit(rows, checkpoints: checkpoints) {
        $0.epoch == 1 ? .cancel : .proceed
      }
    }
    let name = "finished-linear-prefit-all-rows.bin"
    try write(
      bytes(of: folder.file(".other.checkpoint/\(name)")),
      to: folder.file(".m.checkpoint/\(name)"))
    let error = #expect(throws: CheckpointError.self) {
      try resume(SmallFit.features().pairedRows(.train))
    }
    #expect(
      error?.description == "\(output): not a readable checkpoint ('linear prefit, all rows': it "
        + "lacks image). Start anew with '--overwrite'.")
    #expect(Failure(try #require(error)).exitStatus == 65)
  }

  @Test(arguments: [
    ("\"batch_size\" : 64", "\"batch_size\" : -1", "its configuration has values out of range"),
    ("\"rows\" : 320", "\"rows\" : []", "it describes no fit"),
    (
      "\"rows\" : 320", "\"rows\" : " + String(repeating: "[", count: 40),
      "it is nested more than 32 deep"
    ),
  ])
  func whatDescribesNoFit(_ text: String, _ other: String, reason: String) throws {
    let path = folder.file(".m.checkpoint/run.json")
    let whole = String(decoding: try bytes(of: path), as: UTF8.self)
    try #require(whole.contains(text))
    try write(Array(whole.replacing(text, with: other).utf8), to: path)
    let error = #expect(throws: CheckpointError.self) {
      _ = try FitCheckpoints(resuming: output)
    }
    #expect(error == .unreadable(path: path, reason: reason))
  }
}
