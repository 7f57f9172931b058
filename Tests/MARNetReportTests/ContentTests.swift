// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetReport
import Testing

/// What a page says, against what evaluation says.
@Suite struct ContentTests {
  @Test(arguments: [Configuration.Preset.plugin, .paper])
  func numbersAreThoseOfEvaluate(preset: Configuration.Preset) throws {
    let small = try SmallReport.shared.get()
    let content = try small.content(preset)
    let model = preset == .plugin ? small.plugin : small.paper
    let evaluation = try model.evaluate(small.features)
    let table = try #require(content.predictors.value)
    #expect(
      table.rows.map(\.name) == ["probe", "alignment", "reconstruction", "fused"]
        && table.hasTop5)
    #expect(
      table.rows.map(\.metrics) == [
        evaluation.probe, evaluation.alignment, evaluation.reconstruction, evaluation.fused,
      ])
    let gain = try #require(table.rows.last?.gain)
    #expect(abs(gain.mean - (evaluation.fused.top1 - evaluation.probe.top1)) < 1e-12)
    #expect(gain.low <= gain.mean && gain.mean <= gain.high)
    let confusion = try #require(content.confusion.value)
    #expect(confusion.cells.reduce(0) { $0 + $1.rows } == 120)
    #expect(Double(120 - confusion.wrongRows) / 120 == evaluation.fused.top1)
    let classes = try #require(content.classes.value)
    let balanced = classes.rows.reduce(0) { $0 + $1.own } / Double(classes.rows.count)
    #expect(abs(balanced - evaluation.fused.balancedAccuracy) < 1e-12)
    #expect(classes.rows.map(\.gain) == classes.rows.map(\.gain).sorted(by: >))
    let calibration = try #require(content.calibration.value)
    #expect(calibration.eceAfter == evaluation.fused.ece)
    #expect(calibration.after.reduce(0) { $0 + $1.rows } == 120)
  }

  @Test func verdictsFollowTheInterval() throws {
    let small = try SmallReport.shared.get()
    let content = try small.content()
    let gain = try #require(content.predictors.value?.rows.last?.gain)
    #expect(
      content.verdict.kind == (gain.low > 0 ? .gain : gain.high < 0 ? .loss : .unclear))
    #expect(content.verdict.sentence.hasPrefix("On 120 labelled rows of 'test', fusion "))
    let fitted = Verdict(small.plugin, nil, split: .test, absence: "No labels.")
    #expect(fitted.sentence.contains("rows its fit held out"))
    #expect(fitted.notes.first?.hasPrefix("No labels. ") == true)
  }

  @Test(arguments: [
    (1.0, 0.4, Verdict.Kind.gain), (1, 0.6, .unclear), (-1, 0.4, .loss), (-1, 0.6, .unclear),
    (0, 0, .unclear),
  ])
  func aGainLiesOnOneSideOfZero(mean: Double, error: Double, kind: Verdict.Kind) {
    var difference = PairedDifference([0], minus: [0])
    (difference.mean, difference.standardError) = (mean / 100, error / 100)
    let interval = Interval(difference)
    #expect(Verdict.Kind(interval) == kind)
    #expect(abs(interval.high - interval.low - 2 * 1.96 * error / 100) < 1e-12)
  }

  @Test func examplesAreOfEachKind() throws {
    let content = try SmallReport.shared.get().content()
    let examples = try #require(content.examples.value)
    #expect((1...6).contains(examples.count))
    for example in examples {
      #expect(
        example.branches.map(\.name) == ["probe", "alignment", "reconstruction", "fused"])
      for branch in example.branches {
        let probabilities = branch.candidates.map(\.probability)
        #expect(probabilities == probabilities.sorted(by: >) && probabilities.count == 3)
        let varies = branch.name == "reconstruction" || branch.name == "fused"
        #expect(branch.candidates.allSatisfy { ($0.range != nil) == varies })
        #expect((branch.agreeingDraws != nil) == varies)
      }
      let isRight = example.branches.last?.candidates.first?.isRight == true
      if example.reason.contains("right in the end") || example.reason.contains("right by both") {
        #expect(isRight)
      } else {
        #expect(!isRight)
      }
    }
  }

  @Test func whatIsAskedForIsShown() throws {
    let small = try SmallReport.shared.get()
    let names = small.plugin.classNames
    let content = try small.content {
      $0.classes = [names[4], names[1], names[4]]
      $0.rowsPerClass = 9
      $0.exampleRows = [119, 0]
      $0.scoring.draws = 1
      $0.scoring.seed = 9
    }
    let embedding = try #require(content.embedding.value)
    #expect(embedding.names == [names[4], names[1]] && !embedding.isDefault)
    #expect(embedding.classes.count == 18)
    #expect(try #require(content.examples.value).map(\.row) == [119, 0])
    #expect(content.subject.evaluationArguments == "--draws 1 --seed 9")
    #expect(
      content.subject.reportArguments
        == "--class \(names[4]) --class \(names[1]) --class \(names[4]) --rows-per-class 9 "
        + "--row 119 --row 0")
    #expect(CommandSection.commands(content.subject).count == 3)
  }

  @Test func whatCannotBeShownIsNamed() throws {
    let small = try SmallReport.shared.get()
    func error(_ change: @escaping (inout ReportOptions) -> Void) -> ReportError? {
      #expect(throws: ReportError.self) { _ = try small.content(change: change) }
    }
    let unknown = error { $0.classes = ["clas_1"] }
    #expect(unknown == .unknownClass(name: "clas_1", nearest: "class_1"))
    #expect(
      unknown?.description
        == "--class: the model has no class 'clas_1'. Did you mean 'class_1'?")
    #expect(
      error { $0.exampleRows = [120] } == .rowOutOfRange(row: 120, split: .test, rowCount: 120))
    #expect(
      error { $0.rowsPerClass = .max }
        == .tooManyPoints(classes: 5, rowsPerClass: .max, most: 5_000))
  }

  @Test func curvesAreThoseOfTheFit() throws {
    let small = try SmallReport.shared.get()
    let content = try small.content(.paper)
    let curves = try #require(content.curves.value)
    #expect(
      curves.filter { !$0.isControl }.map(\.network) == [
        "stage 1 of 3, alignment", "stage 2 of 3, reconstruction", "stage 3 of 3, fusion",
      ])
    let accuracy = try #require(curves.first?.panels.last)
    #expect(accuracy.isFraction && accuracy.series.map(\.run) == ["held-out test"])
    let records = small.paper.epochs.filter { $0.stage == "stage 1 of 3, alignment, final fit" }
    let terms = try #require(curves.first?.panels.first { $0.title == "Alignment cross-entropy" })
    let own = try #require(terms.series.first { $0.run == "final fit" })
    #expect(own.points.map(\.value) == records.compactMap(\.alignmentCrossEntropy))
    #expect(LearningCurves.split("joint network") == ("joint network", ""))
  }

  @Test func pathsOfOneStepAndOfMany() throws {
    let small = try SmallReport.shared.get()
    let one = try #require(small.content(.plugin).denoising.value?.path)
    #expect(one.steps.count == 1 && one.steps[0].step == one.stepCount - 1)
    let many = try #require(small.content(.paper).denoising.value?.path)
    #expect(
      many.steps.count == 10 && many.steps.map(\.step) == many.steps.map(\.step).sorted(by: >))
    for path in [one, many] {
      #expect(path.rows == 120 && path.rowsWithMeans == 120)
      #expect(path.steps.allSatisfy { ($0.ownDistance ?? 0) > 0 && ($0.otherDistance ?? 0) > 0 })
    }
  }

  @Test func settingsNameWhatIsNotThePreset() throws {
    let settings = try SmallReport.shared.get().content().settings
    #expect(settings.presetName == "plugin" && settings.values.count > 40)
    let changed = settings.changed.map(\.key)
    #expect(changed.contains("training.batch_size") && !changed.contains("preset"))
    let batch = try #require(settings.values.first { $0.key == "training.batch_size" })
    #expect(batch.value == "64" && batch.preset != nil)
  }
}
