// SPDX-License-Identifier: Apache-2.0

import MARNet
import Testing

/// What a fit says of its stages: all are known before the first.
@Suite struct FitProgressTests {
  private func reports(
    _ preset: Configuration.Preset, hasValidation: Bool = false,
    change: (inout Configuration) -> Void = { _ in }
  ) throws -> (reports: [FitProgress], model: Model) {
    var configuration = SmallFit.configuration(preset)
    change(&configuration)
    let features = try SmallFit.features()
    var reports: [FitProgress] = []
    let model = try Trainer(configuration: configuration, threads: 1).fit(
      try features.pairedRows(.train),
      validation: hasValidation ? try features.pairedRows(.test) : nil
    ) {
      reports.append($0)
      return .proceed
    }
    return (reports, model)
  }

  private static let cases: [(Configuration.Preset, hasValidation: Bool, control: Bool, Int)] = [
    (.plugin, false, false, 6), (.plugin, false, true, 10), (.plugin, true, false, 4),
    (.plugin, true, true, 5), (.paper, false, false, 10), (.paper, true, false, 6),
  ]

  @Test(arguments: 0..<cases.count) func stagesAreCounted(index: Int) throws {
    let (preset, hasValidation, control, count) = Self.cases[index]
    let (reports, _) = try reports(preset, hasValidation: hasValidation) {
      $0.validation.imageOnlyControl = control
    }
    var stages: [(name: String, index: Int)] = []
    for report in reports where stages.last?.name != report.stage {
      stages.append((report.stage, report.stageIndex))
    }
    #expect(stages.map(\.index) == Array(1...count), "\(stages)")
    #expect(reports.allSatisfy { $0.stageCount == count })
  }

  @Test func tooFewRowsToTestAreKnownBefore() throws {
    let (reports, _) = try reports(.plugin) { $0.validation.minimumRows = 10_000 }
    #expect(reports.map(\.stageIndex).max() == 2)
    #expect(reports.allSatisfy { $0.stageCount == 2 })
  }

  @Test(arguments: Configuration.Preset.allCases)
  func epochsAreThoseOfTheModel(preset: Configuration.Preset) throws {
    let (reports, model) = try reports(preset)
    let ends = reports.filter(\.isEpochEnd)
    #expect(ends.compactMap(\.record) == model.epochs)
    #expect(reports.allSatisfy { ($0.record == nil) == ($0.epoch == 0) })
  }

  /// The whole has no less left than the stage; before any network was timed nobody knows.
  @Test func timesLeft() throws {
    let (reports, _) = try reports(.plugin)
    for report in reports {
      #expect(report.stageSeconds >= 0)
      guard report.epoch > 0 else {
        #expect(report.fitSecondsLeft == nil)
        continue
      }
      let left = try #require(report.fitSecondsLeft)
      if report.stageIndex == report.stageCount {
        #expect(left == report.secondsLeft)
      } else {
        #expect(left > report.secondsLeft)
      }
    }
  }
}
