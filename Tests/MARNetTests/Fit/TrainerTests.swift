// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

@Suite struct TrainerTests {
  @Test(arguments: Configuration.Preset.allCases)
  func threadsDoNotMatter(preset: Configuration.Preset) throws {
    let images = try SmallFit.features().pairedRows(.test).visual
    let one = try SmallFit.model(preset, threads: 1)
    let three = try SmallFit.model(preset, threads: 3)
    #expect(one.report == three.report)
    #expect(one.epochs == three.epochs)
    #expect(try one.score(images, threads: 1) == three.score(images, threads: 2))
  }

  @Test func theSeedMatters() throws {
    let images = try SmallFit.features().pairedRows(.test).visual
    let first = try SmallFit.model().score(images)
    let second = try SmallFit.model { $0.seed = 4 }.score(images)
    #expect(first != second)
  }

  /// A row's score is its own: not its neighbours', not its place.
  @Test func scoresDependOnTheRowAlone() throws {
    let model = try SmallFit.model()
    let images = try SmallFit.features().pairedRows(.test).visual
    let all = try model.score(images)
    let picked = [88, 3, 3, 41]
    let some = try model.score(images.rows(at: picked))
    for (row, source) in picked.enumerated() {
      #expect(some.probabilities.row(row) == all.probabilities.row(source))
      #expect(some.predictions[row] == all.predictions[source])
    }
  }

  @Test func probabilitiesSumToOne() throws {
    let images = try SmallFit.features().pairedRows(.test).visual
    let scores = try SmallFit.model(.paper).score(images)
    let sums = (0..<images.rowCount).map { scores.probabilities.row($0).reduce(0, +) }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func theHandlerCancels() throws {
    let rows = try SmallFit.features().pairedRows(.train)
    let trainer = try Trainer(configuration: SmallFit.configuration())
    #expect(throws: FitError.cancelled) { try trainer.fit(rows) { _ in .cancel } }
    var reports = 0
    #expect(throws: FitError.cancelled) {
      try trainer.fit(rows) { progress in
        reports += 1
        return progress.epoch == 2 ? .cancel : .proceed
      }
    }
    #expect(reports > 1)
  }

  @Test func anAbsurdLearningRateIsReported() throws {
    var configuration = SmallFit.configuration()
    configuration.training.learningRate = 10
    configuration.training.weightDecay = 1_000
    configuration.training.maximumSteps = 200
    configuration.training.minimumSteps = 200
    let rows = try SmallFit.features().pairedRows(.train)
    let error = #expect(throws: FitError.self) {
      try Trainer(configuration: configuration).fit(rows)
    }
    guard case .diverged(_, let epoch, let step, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(epoch >= 1 && step >= 1)
    #expect(error.map { Failure($0).exitStatus } == 70)
  }

  @Test func validationRowsAreUsedAndTrainIsNotRefitted() throws {
    let features = try SmallFit.features()
    let trainer = try Trainer(configuration: SmallFit.configuration())
    let rows = try features.pairedRows(.train)
    let model = try trainer.fit(rows, validation: try features.pairedRows(.test))
    #expect(model.report.heldOutSource == .valGroup)
    #expect(model.report.heldOutRows == 90)
    #expect(model.epochs.allSatisfy { !$0.stage.contains("final") })
    let split = try trainer.fit(rows)
    #expect(split.report.heldOutSource == .partOfTrain)
    #expect(split.epochs.contains { $0.stage.contains("final") })
  }

  @Test func fewLabelsAreNotTested() throws {
    let rows = try SmallFit.features(labelled: 0.1).pairedRows(.train)
    let model = try Trainer(configuration: SmallFit.configuration()).fit(rows)
    #expect(model.report.heldOutSource == .none)
    #expect(model.report.branches.isEmpty)
    #expect(model.decision == .marnet)
    #expect(model.report.warnings.contains { $0.contains("could be held out") })
  }

  @Test func anotherWidthIsRefused() throws {
    let model = try SmallFit.model()
    #expect(throws: ModelError.widthDiffers(found: 3, needed: 20)) {
      try model.score(Matrix(rowCount: 1, columnCount: 3))
    }
    var images = Matrix(rowCount: 2, columnCount: 20)
    images[1, 7] = .nan
    let broken = images
    #expect(throws: ModelError.notFinite(row: 1, column: 7)) { try model.score(broken) }
  }

  @Test func samplingIsRefusedWhereTheHeadsDoNotKnowIt() throws {
    let images = try SmallFit.features().pairedRows(.test).visual
    var options = ScoringOptions()
    options.sampler = .ddim
    let chosen = options
    let error = #expect(throws: ModelError.self) {
      try SmallFit.model().score(images, options: chosen)
    }
    #expect(error.map { Failure($0).exitStatus } == 78)
    let paper = try SmallFit.model(.paper)
    options.steps = 3
    #expect(try paper.score(images, options: options) != paper.score(images))
  }
}
