// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetData
import MARNetStudy
import Testing

/// Comparisons that are interrupted, and what becomes of them.
@Suite struct ResumptionTests {
  private let folder: StudyFolder
  private let options: ComparisonOptions

  init() throws {
    folder = try StudyFolder()
    try folder.write(try SmallStudy.halfLabelled())
    var options = SmallStudy.options(["ita", "plugin", "logistic", "fusion-sum"], seeds: 3)
    options.regime.testNoise = [1]
    self.options = options
  }

  /// Runs until an update's stage holds `words` for the `time`-th time.
  private func interrupt(
    _ options: ComparisonOptions? = nil, at words: String, time: Int = 1, overwrite: Bool = false
  ) throws -> StudyError? {
    var seen = 0
    return #expect(throws: StudyError.self) {
      try folder.compare(options ?? self.options, overwrite: overwrite) { update in
        if update.stage.contains(words) { seen += 1 }
        return seen < time
      }
    }
  }

  @Test func beforeAnythingIsFinishedNothingIsKept() throws {
    #expect(throws: FitError.cancelled) {
      try folder.compare(options) { !$0.stage.contains("choosing") }
    }
    #expect(folder.names == ["features.h5"])
  }

  /// Within the first seed, at its end, and within the second and third: the same report.
  @Test(arguments: [
    ("seed 1 of 3: training", 1), ("seed 1 of 3: training fusion", 1),
    ("seed 2 of 3: linear", 3), ("seed 2 of 3: choosing", 2), ("seed 2 of 3: training", 2),
    ("seed 3 of 3: linear", 1),
  ])
  func goesOnWhereItStopped(words: String, time: Int) throws {
    #expect(try interrupt(at: words, time: time) == .interrupted(partial: folder.partial))
    #expect(folder.names == [".report.json.partial", "features.h5"])
    var stages: [String] = []
    var fractions: [Double] = []
    let resumed = try folder.compare(options) { update in
      stages.append(update.stage)
      fractions.append(update.fraction)
      return true
    }
    #expect(folder.names == ["features.h5", "report.json"])
    let whole = try folder.compare(options, overwrite: true)
    #expect(resumed.timeless == whole.timeless)
    // What was finished is not done again.
    let first = String(words.prefix(while: { $0 != ":" }))
    #expect(stages.first?.hasPrefix(first) == true)
    if words.contains("training") {
      #expect(!stages.contains("\(first): choosing on held-out rows"))
    }
    #expect(fractions == fractions.sorted() && fractions.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func interruptedTwice() throws {
    _ = try interrupt(at: "seed 2 of 3: training")
    _ = try interrupt(at: "seed 3 of 3: choosing")
    let resumed = try folder.compare(options)
    #expect(resumed.timeless == (try folder.compare(options, overwrite: true)).timeless)
  }

  /// Seeds are no part of what a comparison is: more or fewer go on with what is there.
  @Test(arguments: [1, 2, 4]) func theNumberOfSeedsMayChange(count: Int) throws {
    _ = try interrupt(at: "seed 3 of 3")
    var other = options
    other.seedCount = count
    var stages: [String] = []
    let resumed = try folder.compare(other) {
      stages.append($0.stage)
      return true
    }
    #expect(stages.isEmpty == (count < 3))
    #expect(resumed.timeless == (try folder.compare(other, overwrite: true)).timeless)
  }

  struct Change: CustomTestStringConvertible, Sendable {
    let difference: String
    let apply: @Sendable (inout ComparisonOptions) -> Void
    var testDescription: String { difference }
  }

  static let changes = [
    Change(difference: "the configuration") { $0.plugin.training.dropout = 0.4 },
    Change(difference: "the configuration") { $0.paper.training.dropout = 0.4 },
    Change(difference: "the regime") { $0.regime.labelFraction = 0.9 },
    Change(difference: "the regime") { $0.regime.testNoise = [] },
    Change(difference: "'--trials'") { $0.trials = 1 },
    Change(difference: "the contenders ('--only')") { $0.only = ["ita"] },
  ]

  @Test(arguments: changes) func anotherStudyIsRefused(change: Change) throws {
    _ = try interrupt(at: "seed 1 of 3: training")
    let before = try bytes(of: folder.partial)
    var other = options
    change.apply(&other)
    #expect(
      throws: StudyError.differentStudy(path: folder.partial, difference: change.difference)
    ) { try folder.compare(other) }
    #expect(try bytes(of: folder.partial) == before)
    other.seedCount = 1
    _ = try folder.compare(other, overwrite: true)
    #expect(folder.names == ["features.h5", "report.json"])
  }

  @Test(arguments: [Split.train, .val, .test]) func otherRowsAreRefused(split: Split) throws {
    let features = try SmallStudy.features {
      $0.labelledFraction = 0.5
      $0.valRows = 60
    }
    var blocks = features.blocks
    try folder.write(blocks, classNames: features.classNames)
    _ = try interrupt(at: "seed 2 of 3: training")
    // One row less, and one value less in the report.
    let count = try #require(blocks[split]).rowCount
    let block = features.block(split, rows: 0..<count - 1)
    blocks[split] = block
    try folder.write(blocks, classNames: features.classNames)
    let difference = split == .train ? "the training rows" : "the validation or test rows"
    #expect(
      throws: StudyError.differentStudy(path: folder.partial, difference: difference)
    ) { try folder.compare(options) }
    #expect(try folder.compare(options, overwrite: true).row("ita")?.seeds == 3)
  }

  @Test(arguments: ["", "{", "[1]", "{\"identity\":{}}"])
  func aDamagedRecordIsNotRead(text: String) throws {
    try write(Array(text.utf8), to: folder.partial)
    #expect(throws: StudyError.unreadable(path: folder.partial)) { try folder.compare(options) }
    #expect(try bytes(of: folder.partial) == Array(text.utf8))
    var one = options
    one.seedCount = 1
    _ = try folder.compare(one, overwrite: true)
    #expect(folder.names == ["features.h5", "report.json"])
  }

  @Test func halfARecordIsNotRead() throws {
    _ = try interrupt(at: "seed 2 of 3: training")
    let whole = try bytes(of: folder.partial)
    try write(Array(whole.prefix(whole.count / 2)), to: folder.partial)
    #expect(throws: StudyError.unreadable(path: folder.partial)) { try folder.compare(options) }
  }

  @Test func anOutputIsReplacedOnlyWhenAsked() throws {
    try write([1], to: folder.output)
    #expect(throws: ModelError.outputExists(path: folder.output)) { try folder.compare(options) }
    #expect(try bytes(of: folder.output) == [1])
    // An interrupted run leaves it; the finished one replaces it.
    _ = try interrupt(at: "seed 2 of 3: training", overwrite: true)
    #expect(try bytes(of: folder.output) == [1])
    _ = try folder.compare(options, overwrite: true)
    #expect(try bytes(of: folder.output).count > 1_000)
  }

  /// Said before the work, not at its end.
  @Test func whereNothingCanBeWrittenNothingIsDone() throws {
    let comparison = try Comparison(options: options)
    var updates = 0
    func run(_ output: String) throws {
      _ = try comparison.run(
        FeatureFile(path: folder.features), output: output, overwrite: true,
        progress: { _ in
          updates += 1
          return true
        })
    }
    #expect(throws: DataError.self) { try run(folder.folder.file("no/such.json")) }
    #expect(throws: DataError.self) { try run(folder.folder.path) }
    let before = try bytes(of: folder.features)
    #expect(throws: DataError.self) { try run(folder.features) }
    #expect(try bytes(of: folder.features) == before)
    #expect(updates == 0)
    #expect(folder.names == ["features.h5"])
  }
}
