// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetData
import MARNetStudy
import Testing

/// A search of hyper-parameters from file to configuration.
@Suite struct SearchTests {
  private let folder: StudyFolder

  init() throws {
    folder = try StudyFolder()
    try folder.write(try SmallStudy.halfLabelled())
  }

  private var output: String { folder.folder.file("tuned") }
  private var partial: String { folder.folder.file(".tuned.partial") }

  private static let searched = [
    "training.dropout=0.05,0.1,0.2,0.4", "alignment.weight=0,0.3,3",
    "training.learning_rate=0.001,0.01,0.03", "alignment.dimension=8,16",
    "training.batch_size=32,64",
  ]

  private func tune(
    _ trials: Int, seed: UInt64 = 0, searched: [String] = searched, threads: Int = 1,
    overwrite: Bool = false, output: String? = nil,
    progress: @escaping StudyProgressHandler = { _ in true },
    change: (inout Configuration) -> Void = { _ in }
  ) throws -> TuningReport {
    var base = SmallStudy.configuration()
    base.seed = seed
    change(&base)
    return try HyperparameterSearch(
      base: base, space: try SearchSpace(searched), trialCount: trials, threads: threads
    ).run(
      FeatureFile(path: folder.features), output: output ?? self.output, overwrite: overwrite,
      progress: progress)
  }

  /// Stops when eight of twelve trials are finished.
  private func interrupt(output: String? = nil) {
    let error = #expect(throws: StudyError.self) {
      _ = try tune(12, output: output, progress: { !$0.stage.hasPrefix("trials 9 to 12") })
    }
    #expect(error == .interrupted(partial: partial))
    #expect(folder.names == [".tuned.partial", "features.h5"])
  }

  @Test func theFirstTrialIsTheBase() throws {
    let report = try tune(6)
    #expect(report.trials.map(\.index) == Array(0..<6))
    #expect(report.trials[0].assignments.isEmpty && report.trials[0].change == nil)
    #expect(report.trials.dropFirst().allSatisfy { $0.change != nil })
    #expect(report.heldOutRows == 20)
    #expect(Set(report.trials.map(\.assignments)).count > 3)
    // Values of the base are not named: 0.3 and 0.01, 16, 64, 0.2.
    let named = report.trials.flatMap(\.assignments)
    for value in ["weight=0.3", "rate=0.01", "dimension=16", "size=64", "dropout=0.2"] {
      #expect(!named.contains { $0.hasSuffix(value) }, "\(value)")
    }
    let best = report.ranked
    #expect(best.compactMap(\.calibratedNll) == best.compactMap(\.calibratedNll).sorted())
    for trial in report.trials.dropFirst() {
      let change = try #require(trial.calibratedNll) - (report.trials[0].calibratedNll ?? 0)
      #expect(abs((trial.change?.mean ?? .nan) - change) < 1e-12)
    }
  }

  @Test func theSeedDecidesTheTrials() throws {
    let first = try tune(5)
    #expect(try tune(5, threads: 3, overwrite: true) == first)
    let other = try tune(5, seed: 1, overwrite: true)
    #expect(other.trials.map(\.assignments) != first.trials.map(\.assignments))
  }

  /// What is judged is the network of that configuration on the held-out rows of a fit.
  @Test func theBaseIsJudgedAsAFitJudgesIt() throws {
    // A fit chooses its teacher on all rows, a search on those that are not held out.
    func withoutTeacher(_ configuration: inout Configuration) {
      configuration.teacher.isEnabled = false
      configuration.teacher.gate = .open
    }
    let report = try tune(1, change: withoutTeacher)
    var configuration = SmallStudy.configuration()
    withoutTeacher(&configuration)
    let model = try Trainer(configuration: configuration).fit(featuresAt: folder.features)
    let fused = model.report.branches.first { $0.name == "fused" }
    #expect(report.trials[0].metrics == fused?.metrics)
  }

  @Test func writesAConfigurationForFitting() throws {
    let report = try tune(4)
    #expect(folder.names == ["features.h5", "tuned"])
    let config = try Data(bytes(of: "\(output)/config.json"))
    #expect(try Configuration(json: config, path: "") == report.configuration)
    let expected = try SmallStudy.configuration().setting(
      report.trials[report.chosen].assignments)
    #expect(report.configuration == expected)
    #expect(throws: ModelError.outputExists(path: output)) { try tune(4) }
  }

  @Test(arguments: [9, 14]) func goesOnWhereItStopped(trials: Int) throws {
    interrupt()
    var stages: Set<String> = []
    let resumed = try tune(
      trials,
      progress: {
        stages.insert($0.stage)
        return true
      })
    #expect(!stages.contains { $0.hasPrefix("trials 1 ") })
    #expect(resumed.trials.count == trials)
    #expect(try tune(trials, overwrite: true) == resumed)
    #expect(folder.names == ["features.h5", "tuned"])
  }

  @Test func fewerTrialsThanAreDone() throws {
    interrupt()
    let resumed = try tune(5, progress: { _ in false })
    #expect(resumed.trials.count == 5)
    #expect(try tune(5, overwrite: true) == resumed)
  }

  /// A directory may be named with a slash at its end.
  @Test func aSlashAtTheEnd() throws {
    interrupt(output: output + "/")
    _ = try tune(9, output: output + "/")
    #expect(folder.names == ["features.h5", "tuned"])
  }

  @Test func anotherSearchIsRefused() throws {
    interrupt()
    func refused(_ difference: String, _ run: () throws -> Void) {
      #expect(throws: StudyError.differentStudy(path: partial, difference: difference)) {
        try run()
      }
    }
    refused("the configuration or the seed") { _ = try tune(12, seed: 1) }
    refused("the configuration or the seed") {
      _ = try tune(12, change: { $0.teacher.weight = 0.9 })
    }
    refused("what is searched ('--search')") {
      _ = try tune(12, searched: ["training.dropout=0.1,0.2"])
    }
    try folder.write(try SmallStudy.features())
    refused("the training rows") { _ = try tune(12) }
    try folder.write(
      try SmallStudy.features {
        $0.labelledFraction = 0.5
        $0.valRows = 40
      })
    refused("the validation rows") { _ = try tune(12) }
    #expect(try tune(2, overwrite: true).heldOutRows == 40)
  }

  /// Broken test rows do not matter: nobody reads them.
  @Test func testRowsAreNotRead() throws {
    let expected = try tune(3)
    let features = try SmallStudy.halfLabelled()
    var blocks = features.blocks
    blocks[.test]?.visual[5, 3] = .nan
    let labels = blocks[.test]?.labels
    blocks[.test]?.labels = labels?.map { ($0 + 2) % 4 }
    try folder.write(blocks, classNames: features.classNames)
    #expect(try tune(3, overwrite: true) == expected)
  }

  @Test func tooFewHeldOutRowsAreSaid() throws {
    #expect(
      throws: StudyError.tooFewRows(
        path: folder.features, purpose: "could be held out to judge trials", found: 20,
        needed: 30, group: "val")
    ) { try tune(3, change: { $0.validation.minimumRows = 30 }) }
    #expect(folder.names == ["features.h5"])
  }

  /// A square of 0 in a denominator, as `networksThatDivergeStopNoOther` has it.
  @Test func trialsThatDivergeStopNoOther() throws {
    let report = try tune(8, searched: ["reconstruction.text_scale=1e-25,0.2,0.3,0.4"])
    let failed = report.trials.filter { $0.failure != nil }
    #expect(!failed.isEmpty && failed.count < 7)
    for trial in report.trials {
      #expect((trial.failure == nil) == (trial.assignments != ["reconstruction.text_scale=1e-25"]))
      #expect((trial.metrics == nil) == (trial.failure != nil))
    }
    #expect(report.ranked.suffix(failed.count).map(\.index) == failed.map(\.index))
    #expect(!failed.map(\.index).contains(report.chosen))
  }

  /// A base that diverges is beaten by whatever does not.
  @Test func aBaseThatDivergesIsNotKept() throws {
    let report = try tune(
      4, searched: ["reconstruction.text_scale=0.2,0.3,0.4"],
      change: { $0.reconstruction.textScale = 1e-25 })
    #expect(report.trials[0].failure != nil)
    #expect(report.chosen == report.ranked.first?.index && report.chosen > 0)
    #expect(report.configuration.reconstruction.textScale > 0.1)
  }

  private func trial(_ index: Int, _ nll: Double?, _ mean: Double?, error: Double = 0.1) throws
    -> TuningReport.Trial
  {
    var change = PairedDifference([0], minus: [0])
    change.mean = mean ?? 0
    change.standardError = error
    var result = try JSONDecoder().decode(
      TuningReport.Trial.self, from: Data("{\"index\":\(index),\"assignments\":[]}".utf8))
    result.calibratedNll = nll
    result.change = mean == nil ? nil : change
    return result
  }

  @Test func twoStandardErrorsReplaceTheBase() throws {
    let base = try trial(0, 1, nil)
    #expect(TuningReport.choose([base]) == 0)
    #expect(TuningReport.choose([base, try trial(1, 0.81, -0.19)]) == 0)
    #expect(TuningReport.choose([base, try trial(1, 0.8, -0.2)]) == 0)
    #expect(TuningReport.choose([base, try trial(1, 0.79, -0.21)]) == 1)
    #expect(TuningReport.choose([base, try trial(1, 1.3, 0.3)]) == 0)
    // The lowest loss of those that beat it, not of all.
    #expect(
      TuningReport.choose([
        base, try trial(1, 0.5, -0.5, error: 0.3), try trial(2, 0.7, -0.3), try trial(3, 0.6, -0.4),
        try trial(4, nil, nil),
      ]) == 3)
    let diverged = try trial(0, nil, nil)
    #expect(
      TuningReport.choose([diverged, try trial(1, 0.9, nil), try trial(2, 0.8, nil)]) == 2)
    #expect(TuningReport.choose([diverged, try trial(1, nil, nil)]) == 0)
  }

  @Test(arguments: ["training.dropout", "training.dropout=", "=", "=,"])
  func spacesNeedAKeyAndValues(text: String) {
    #expect(
      throws: StudyError.invalidOption(
        name: "--search", found: "'\(text)'", needed: "key=value,value,...")
    ) { try SearchSpace([text]) }
  }

  @Test func everyTrialIsCheckedBeforehand() throws {
    func search(_ text: String, trials: Int = 50) throws {
      _ = try HyperparameterSearch(space: try SearchSpace([text]), trialCount: trials)
    }
    #expect(throws: ConfigurationError.self) { try search("training.dropout=0.1,0.99") }
    #expect(throws: ConfigurationError.self) { try search("training.droput=0.1,0.2") }
    #expect(throws: StudyError.self) { try search("training.dropout=0.1", trials: 0) }
    #expect(throws: ConfigurationError.self) {
      try HyperparameterSearch(base: Configuration(preset: .paper))
    }
    #expect(try SearchSpace([]) == .standard)
  }

  /// Trials share the rows, the linear prefit and the seed: a search could not vary these.
  @Test(arguments: ["seed", "probe.grid", "teacher.gate", "validation.fraction", "preset"])
  func whatTrialsShareCannotBeSearched(key: String) {
    #expect(
      throws: StudyError.invalidOption(
        name: "--search", found: "'\(key)'",
        needed: "a hyper-parameter of the network: trials share rows, linear prefit and seed")
    ) { _ = try HyperparameterSearch(space: try SearchSpace(["\(key)=1,2"])) }
  }
}
