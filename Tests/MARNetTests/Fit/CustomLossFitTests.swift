// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet
import Synchronization
import Testing

/// An alignment loss of the caller's own from `Trainer` to the model directory.
@Suite struct CustomLossFitTests {
  /// Squared distance, L = factor / 2n Σ |u − t|²; keeps what it was shown.
  private struct Distance: CustomAlignmentLoss {
    var name = "distance"
    var factor: Float = 1
    var constant = 0.0
    let seen = Seen()

    func valueWithGradients(
      _ pairs: AlignmentBatch
    ) -> (value: Double, visual: Matrix, text: Matrix) {
      seen.batches.withLock { $0.append(pairs) }
      let n = pairs.visual.rowCount
      let differences = zip(pairs.visual.values, pairs.text.values).map { $0 - $1 }
      func gradient(_ sign: Float) -> Matrix {
        Matrix(
          rowCount: n, columnCount: pairs.visual.columnCount,
          values: differences.map { sign * factor * $0 / Float(n) })
      }
      let sum = differences.reduce(0.0) { $0 + Double($1 * $1) }
      return (Double(factor) * sum / Double(2 * n) + constant, gradient(1), gradient(-1))
    }
  }

  private final class Seen: Sendable {
    let batches = Mutex<[AlignmentBatch]>([])
  }

  private func configuration(_ preset: Configuration.Preset = .paper) -> Configuration {
    var configuration = SmallFit.configuration(preset)
    configuration.alignment.weight = 0.5
    configuration.training.learningRate = 0.01
    configuration.teacher.gate = .open
    return configuration
  }

  private func fit(
    _ loss: Distance, _ preset: Configuration.Preset = .paper, threads: Int = 1,
    rows: PairedRows? = nil
  ) throws -> Model {
    try Trainer(configuration: configuration(preset), threads: threads, alignmentLoss: loss)
      .fit(try rows ?? SmallFit.features().pairedRows(.train))
  }

  /// Text and images come together the more the loss counts; what is reported is its value
  /// times β.
  @Test(arguments: Configuration.Preset.allCases)
  func theGradientIsFollowed(preset: Configuration.Preset) throws {
    func lastDistance(factor: Float) throws -> Double {
      let model = try fit(Distance(factor: factor), preset)
      return try #require(model.epochs.compactMap(\.alignmentLoss).last) / Double(factor)
    }
    #expect(try lastDistance(factor: 10) < 0.5 * lastDistance(factor: 0.01))
    let none = try fit(Distance(factor: 0, constant: 3), preset)
    let reported = none.epochs.compactMap(\.alignmentLoss)
    #expect(!reported.isEmpty && reported.allSatisfy { abs($0 - 1.5) < 1e-9 })
  }

  @Test func seesTheRowsThatHaveText() throws {
    let all = try SmallFit.features(labelled: 0.5).pairedRows(.train)
    let rows = try PairedRows(
      visual: all.visual, text: all.text, hasText: (0..<all.rowCount).map { $0 % 4 != 0 },
      labels: all.labels, classNames: all.classNames)
    let loss = Distance()
    _ = try fit(loss, rows: rows)
    let batches = loss.seen.batches.withLock { $0 }
    #expect(batches.allSatisfy { (1..<64).contains($0.visual.rowCount) })
    #expect(batches.allSatisfy { $0.visual.columnCount == 16 && $0.text.columnCount == 16 })
    #expect(batches.contains { $0.labels.contains(-1) && $0.labels.contains(3) })
    // So few labels leave no rows for a held-out test: one network is trained.
    #expect(batches.map(\.step) == Array(0..<20))
  }

  @Test func theSameBitsOnAnyThreads() throws {
    let one = try fit(Distance(), .plugin)
    let three = try fit(Distance(), .plugin, threads: 3)
    #expect(one.fingerprint == three.fingerprint)
    #expect(one.report == three.report && one.epochs == three.epochs)
  }

  @Test func theModelNamesItAndDoesNotNeedIt() throws {
    let folder = try TemporaryFolder()
    let model = try fit(Distance())
    try model.save(to: folder.file("m"))
    let loaded = try Model(directory: folder.file("m"))
    let images = try SmallFit.features().pairedRows(.test).visual
    #expect(try loaded.score(images) == model.score(images))
    #expect(
      loaded.report.findings.contains(
        "Alignment method: distance, a loss of the program's own, which config.json does not "
          + "hold."))
  }

  /// TEAM would read tokens; a loss in its place leaves them in the file.
  @Test func takesThePlaceOfAnyMethod() throws {
    var team = configuration()
    team.alignment.method = .team
    let rows = try SmallFit.features().pairedRows(.train)
    let model = try Trainer(configuration: team, threads: 1, alignmentLoss: Distance()).fit(rows)
    let plain = try fit(Distance())
    #expect(model.tensors() == plain.tensors())
    #expect(model.report.alignmentForm?.hasPrefix("distance, ") == true)
  }

  @Test func resumesUnderItsNameOnly() throws {
    let folder = try TemporaryFolder()
    let output = folder.file("m")
    let rows = try SmallFit.features().pairedRows(.train)
    func trainer(_ loss: Distance?) throws -> Trainer {
      try Trainer(configuration: configuration(), threads: 2, alignmentLoss: loss)
    }
    do {
      let checkpoints = try FitCheckpoints(output: output, schedule: .epochs(1))
      #expect(throws: FitError.suspended(output: output)) {
        try trainer(Distance()).fit(rows, checkpoints: checkpoints) {
          $0.epoch == 2 ? .cancel : .proceed
        }
      }
    }
    for (other, text) in [
      (nil, "this is with the alignment loss of its configuration"),
      (Distance(name: "other"), "this is with the program's own alignment loss 'other'"),
    ] {
      let checkpoints = try FitCheckpoints(resuming: output)
      let error = #expect(throws: CheckpointError.self) {
        try trainer(other).fit(rows, checkpoints: checkpoints)
      }
      let found = "since it was begun with the program's own alignment loss 'distance', and "
      #expect(error?.description.contains(found + text) == true)
    }
    let checkpoints = try FitCheckpoints(resuming: output)
    let resumed = try trainer(Distance()).fit(rows, checkpoints: checkpoints)
    let whole = try trainer(Distance()).fit(rows)
    #expect(resumed.fingerprint == whole.fingerprint)
    #expect(resumed.epochs == whole.epochs)
  }

  /// A loss that answers with gradients of another shape is a mistake of the program.
  @Test func wrongShapesTrap() async {
    await #expect(processExitsWith: .failure) {
      struct Narrow: CustomAlignmentLoss {
        let name = "narrow"

        func valueWithGradients(
          _ pairs: AlignmentBatch
        ) -> (value: Double, visual: Matrix, text: Matrix) {
          (0, Matrix(rowCount: 1, columnCount: 1), pairs.text)
        }
      }
      _ = try Trainer(configuration: SmallFit.configuration(.paper), alignmentLoss: Narrow())
        .fit(try SmallFit.features().pairedRows(.train))
    }
  }
}
