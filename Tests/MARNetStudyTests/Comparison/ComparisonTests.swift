// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetData
import MARNetDense
import MARNetStudy
import Testing

/// A comparison from file to report.
@Suite struct ComparisonTests {
  @Test func everyContenderRuns() throws {
    var options = SmallStudy.options(seeds: 2)
    options.regime.testNoise = [0, 1.5]
    let report = try SmallStudy.report(options)
    #expect(report.levels.map(\.noise) == [0, 1.5])
    #expect(report.seeds == [0, 1])
    #expect(report.rows == 200 && report.fileRows == 200 && report.labelledRows == 100)
    #expect(report.rowsWithText == 200 && report.classes == 4)
    #expect(report.heldOutRows == 20)
    #expect(report.testRows == 80 && report.testSource == "test group")
    for level in report.levels {
      #expect(level.rows.map(\.id) == Contender.all.map(\.id))
      for row in level.rows {
        #expect(row.seeds == 2, "\(row.id): \(row.notes)")
        #expect(row.metrics.rows == 80)
        #expect(row.top1.count == 2)
        #expect(row.metrics.top1 == row.top1.reduce(0, +) / 2)
        #expect(row.metrics.top1 > 0.2, "\(row.id)")
        #expect(row.parameters > 0)
        #expect((row.gain == nil) == (row.id == "probe"))
      }
    }
    for id in ["probe", "logistic", "knn", "mlp-wide", "ensemble"] {
      #expect((report.row(id)?.metrics.top1 ?? 0) > 0.5, "\(id) learned something")
    }
    // Chance is a quarter: a classifier on branches that it was not trained on stays there.
    #expect((report.row("paper")?.metrics.top1 ?? 0) > 0.35)
    let clean = try #require(report.row("mlp"))
    let noisy = try #require(report.row("mlp", noise: 1.5))
    #expect(noisy.metrics.nll > clean.metrics.nll)
    #expect(noisy.rowsPerSecond == clean.rowsPerSecond)
    // The gain is the difference of the rows' means.
    let probe = try #require(report.row("probe"))
    for row in report.levels[0].rows {
      guard let gain = row.gain else { continue }
      #expect(abs(gain.mean - (row.metrics.top1 - probe.metrics.top1)) < 1e-12)
      #expect(gain.low <= gain.mean && gain.mean <= gain.high)
      #expect(gain.isClear == (gain.low > 0 || gain.high < 0))
    }
    for method in AlignmentOptions.Method.allCases {
      let weights = try #require(report.row(method.rawValue)?.choices)
      #expect(weights.allSatisfy { [1, 0.3].contains($0 / method.defaultWeight) })
    }
    #expect(report.row("paper")?.top1 == report.row("fusion-concatenation")?.top1)
  }

  @Test func noSelfTrainingWhereEveryRowHasALabel() throws {
    let report = try SmallStudy.report(
      SmallStudy.options(["self-training", "mlp"]), on: try SmallStudy.features())
    let row = try #require(report.row("self-training"))
    #expect(row.seeds == 0 && row.notes == ["every row has a label"])
    #expect(report.row("mlp")?.seeds == 1)
  }

  @Test func onlyWhatIsAskedForRuns() throws {
    let report = try SmallStudy.report(SmallStudy.options(["fusion-sum", "knn"]))
    #expect(report.levels[0].rows.map(\.id) == ["probe", "fusion-sum", "knn"])
    #expect(report.levels[0].rows.allSatisfy { $0.seeds == 1 })
    let all = try SmallStudy.report(SmallStudy.options(["ablation", "baselines"]))
    for id in ["probe", "fusion-sum", "knn"] {
      #expect(report.row(id)?.metrics == all.row(id)?.metrics, "\(id)")
    }
  }

  /// The row of the preset `plugin` is what `fit` and `evaluate` give.
  @Test(arguments: [0, 60], [false, true])
  func pluginIsWhatAFitGives(valRows: Int, fallsBack: Bool) throws {
    let folder = try StudyFolder()
    let features = try SmallStudy.features {
      $0.valRows = valRows
    }
    try folder.write(features)
    var options = SmallStudy.options(["plugin"])
    options.firstSeed = 7
    if fallsBack {
      options.plugin.training.learningRate = 0.1
      options.plugin.training.minimumSteps = 2
      options.plugin.training.maximumSteps = 2
    } else {
      options.plugin.training.minimumSteps = 100
      options.plugin.training.maximumSteps = 100
      options.plugin.validation.fallback = valRows == 0
    }
    let report = try folder.compare(options)
    var configuration = options.plugin
    configuration.seed = 7
    let model = try Trainer(configuration: configuration).fit(featuresAt: folder.features)
    #expect(model.decision == (fallsBack ? .probe : .marnet))
    var scoring = ScoringOptions()
    scoring.precision = .float32
    let evaluation = try model.evaluate(featuresAt: folder.features, options: scoring)
    let row = try #require(report.row("plugin"))
    #expect(row.metrics == evaluation.fused)
    #expect(report.row("probe")?.metrics == evaluation.probe)
    #expect(row.notes == (fallsBack ? ["fell back to the probe"] : []))
    #expect(report.heldOutRows == model.report.heldOutRows)
  }

  @Test func threadsChangeNothing() throws {
    var options = SmallStudy.options()
    options.regime.testNoise = [1]
    options.regime.imbalance = 3
    let one = try SmallStudy.report(options, threads: 1)
    #expect(try SmallStudy.report(options, threads: 3).timeless == one.timeless)
  }

  @Test func seedsAreRepetitionsOfEverything() throws {
    var options = SmallStudy.options(["mlp", "plugin"], seeds: 3)
    options.regime.labelFraction = 0.5
    let report = try SmallStudy.report(options)
    #expect(report.labelledRows == 48)
    for id in ["probe", "mlp"] {
      #expect(Set(try #require(report.row(id)).top1).count > 1, "\(id)")
    }
    options.firstSeed = 2
    options.seedCount = 1
    let last = try SmallStudy.report(options)
    #expect(last.row("mlp")?.top1 == report.row("mlp").map { [$0.top1[2]] })
  }

  /// Test labels are read to count what is right, and for nothing else.
  @Test func testRowsDecideNothing() throws {
    let folder = try StudyFolder()
    let features = try SmallStudy.halfLabelled()
    var blocks = features.blocks
    try folder.write(blocks, classNames: features.classNames)
    let options = SmallStudy.options()
    let before = try folder.compare(options)
    let labels = try #require(blocks[.test]?.labels)
    blocks[.test]?.labels = labels.map { ($0 + 1) % 4 }
    try folder.write(blocks, classNames: features.classNames)
    let after = try folder.compare(options, overwrite: true)
    for row in before.levels[0].rows {
      let other = try #require(after.row(row.id))
      #expect(other.choices == row.choices, "\(row.id)")
      #expect(other.notes == row.notes && other.seeds == row.seeds, "\(row.id)")
      #expect(other.metrics.nll != row.metrics.nll, "\(row.id)")
    }
    // Labels one further on: a predictor's rows of class c become rows of class c + 1, so
    // those that were right are all wrong now.
    #expect(
      zip(before.levels[0].rows, after.levels[0].rows).allSatisfy {
        $0.metrics.top1 + $1.metrics.top1 <= 1
      })
  }

  @Test func aPartOfTrainIsKeptForTesting() throws {
    let folder = try StudyFolder()
    let features = try SmallStudy.features()
    var blocks = features.blocks
    // Unlabelled test rows are no test; neither is no group at all.
    blocks[.test]?.labels = nil
    try folder.write(blocks, classNames: features.classNames)
    let options = SmallStudy.options(["mlp"], seeds: 2)
    let report = try folder.compare(options)
    #expect(report.testSource == "part of train")
    // A quarter of 50 in each of four classes, rounded half to even.
    #expect(report.testRows == 48 && report.rows == 152)
    blocks[.test] = nil
    try folder.write(blocks, classNames: features.classNames)
    let without = try folder.compare(options, overwrite: true)
    #expect(without.timeless == report.timeless)
  }

  @Test func tooFewTestRowsAreSaid() throws {
    let folder = try StudyFolder()
    try folder.write(
      try SmallStudy.features {
        $0.testRows = 0
        $0.labelledFraction = 0.2
      })
    #expect(
      throws: StudyError.tooFewRows(
        path: folder.features, purpose: "could be kept for testing", found: 8, needed: 20,
        group: "test")
    ) { try folder.compare(SmallStudy.options(["mlp"])) }
    #expect(folder.names == ["features.h5"])
  }

  @Test func validationRowsAreHeldOut() throws {
    let report = try SmallStudy.report(
      SmallStudy.options(["ita", "logistic"]), on: try SmallStudy.features { $0.valRows = 60 })
    #expect(report.heldOutRows == 60)
    #expect(report.rows == 200)
    #expect(report.row("logistic")?.choices?.count == 1)
  }

  /// Nothing can be chosen: defaults are taken, and the preset is not tested.
  @Test func withTooFewHeldOutRowsNothingIsChosen() throws {
    var options = SmallStudy.options(["ita", "plugin", "knn", "logistic"])
    options.plugin.validation.fraction = 0.05
    let report = try SmallStudy.report(options)
    #expect(report.row("plugin")?.notes == ["not tested against the probe: too few rows"])
    for id in ["ita", "knn", "logistic"] {
      #expect(report.row(id)?.choices == nil)
      #expect(report.row(id)?.seeds == 1)
    }
    #expect(report.row("ita")?.notes == ["its default weight: too few rows to choose by"])
  }

  /// From 20 rows weights are chosen; the fallback keeps the 50 of a fit.
  @Test func fewHeldOutRowsChooseWeightsButNotTheFallback() throws {
    var options = SmallStudy.options(["ita", "plugin"])
    options.plugin.validation.minimumRows = 50
    let report = try SmallStudy.report(options)
    #expect((20..<50).contains(report.heldOutRows))
    #expect(report.row("ita")?.choices?.count == 1)
    #expect(report.row("plugin")?.notes == ["not tested against the probe: too few rows"])
  }

  /// A text scale whose square is 0 makes the denoiser's loss infinite, and no other.
  @Test func networksThatDivergeStopNoOther() throws {
    var options = SmallStudy.options()
    options.plugin.reconstruction.textScale = 1e-25
    options.paper.reconstruction.textScale = 1e-25
    let report = try SmallStudy.report(options)
    let failed = Set(report.levels[0].rows.filter { $0.seeds == 0 }.map(\.id))
    for id in ["plugin", "cdr", "mlp-denoiser"] {
      let note = try #require(report.row(id)?.notes.first)
      #expect(failed.contains(id) && note.contains("not a finite number"), "\(id): \(note)")
    }
    let fusions = Contender.all.map(\.id).filter { $0.hasPrefix("fusion") }
    #expect(fusions.count == 9)
    for id in fusions + ["paper"] {
      #expect(report.row(id)?.notes == ["its stage 'cdr' diverged"], "\(id)")
    }
    let others = Set(["plugin", "cdr", "mlp-denoiser", "paper"] + fusions)
    for row in report.levels[0].rows where !others.contains(row.id) && row.id != "image-only" {
      #expect(row.seeds == 1, "\(row.id): \(row.notes)")
    }
    let sound = try SmallStudy.report(SmallStudy.options())
    for id in ["probe", "ita", "cdd", "ema", "mlp", "teacher", "ensemble", "knn"] {
      #expect(report.row(id)?.metrics == sound.row(id)?.metrics, "\(id)")
    }
  }

  @Test func methodsThatAlwaysDivergeSaySo() throws {
    var options = SmallStudy.options(["methods", "mlp", "ensemble", "logistic"])
    options.plugin.training.learningRate = 10
    options.plugin.training.weightDecay = 1_000
    options.plugin.training.minimumSteps = 60
    options.plugin.training.maximumSteps = 60
    let report = try SmallStudy.report(options)
    for method in AlignmentOptions.Method.allCases {
      let notes = report.row(method.rawValue)?.notes
      #expect(notes?.first == "it diverged with every weight that was tried")
    }
    #expect(report.row("ensemble")?.notes == ["an image MLP diverged"])
    for id in ["probe", "logistic", "paper"] { #expect(report.row(id)?.seeds == 1, "\(id)") }
  }

  @Test func theReportIsWhatIsWritten() throws {
    let folder = try StudyFolder()
    try folder.write(try SmallStudy.halfLabelled())
    let report = try folder.compare(SmallStudy.options(["mlp"]))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try #require(FileManager.default.contents(atPath: folder.output))
    #expect(try decoder.decode(ComparisonReport.self, from: data) == report)
    #expect(folder.names == ["features.h5", "report.json"])
  }

  @Test func contendersHaveNamesOfTheirOwn() throws {
    #expect(Set(Contender.all.map(\.id)).count == Contender.all.count)
    #expect(Set(Contender.all.map(\.title)).count == Contender.all.count)
    #expect(try Contender.named([]) == Contender.all)
    #expect(try Contender.named(["knn", "knn"]).map(\.id) == ["probe", "knn"])
    #expect(try Contender.named(["methods"]).map(\.id).prefix(3) == ["probe", "ita", "swd"])
    let error = #expect(throws: StudyError.self) { try Contender.named(["mlp", "kmn"]) }
    guard case .unknownContender("kmn", let known) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(known.contains("baselines") && known.contains("knn"))
  }

  /// One scheme for both presets would train neither as it is called.
  @Test(arguments: [TrainingOptions.Scheme.joint, .staged])
  func aSchemeForBothPresetsIsRefused(scheme: TrainingOptions.Scheme) {
    var options = SmallStudy.options()
    options.plugin.training.scheme = scheme
    options.paper.training.scheme = scheme
    #expect(throws: ConfigurationError.self) { try Comparison(options: options) }
  }

  @Test(arguments: [("--seeds", 0), ("--seeds", 1_001), ("--trials", 0), ("--trials", 9)])
  func countsOutOfRangeAreRefused(name: String, value: Int) {
    var options = ComparisonOptions()
    if name == "--seeds" { options.seedCount = value } else { options.trials = value }
    let wrong = options
    let needed = name == "--seeds" ? "from 1 to 1000" : "from 1 to 8"
    #expect(throws: StudyError.invalidOption(name: name, found: "\(value)", needed: needed)) {
      try Comparison(options: wrong)
    }
  }
}
