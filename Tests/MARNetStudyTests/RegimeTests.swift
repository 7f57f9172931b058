// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetStudy
import TestSupport
import Testing

/// What a regime leaves of the training rows.
@Suite struct RegimeTests {
  /// Rows whose first column is their number; classes of 40, 25, 10, 3 and 1, and 21 rows
  /// without a label; every fourth row has no text.
  private static let sizes = [40, 25, 10, 3, 1]

  private func rows() throws -> PairedRows {
    let labels =
      Self.sizes.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1) }
      + [Int32](repeating: -1, count: 21)
    var visual = Seeded.normal(labels.count, 3, seed: 1)
    for row in labels.indices { visual[row, 0] = Float(row) }
    return try PairedRows(
      visual: visual, text: Seeded.normal(labels.count, 2, seed: 2),
      hasText: labels.indices.map { $0 % 4 != 3 }, labels: labels,
      ids: .strings(labels.indices.map { "row \($0)" }), classNames: ["a", "b", "c", "d", "e"])
  }

  private func applied(
    seed: UInt64 = 0, _ change: (inout Regime) -> Void
  ) throws -> PairedRows {
    var regime = Regime()
    change(&regime)
    return try regime.applied(to: try rows(), key: RandomKey(seed: seed))
  }

  private func numbers(_ rows: PairedRows) -> [Int] {
    (0..<rows.rowCount).map { Int(rows.visual[$0, 0]) }
  }

  private func counts(_ rows: PairedRows) -> [Int] {
    (0..<5).map { index in rows.labels.count { $0 == Int32(index) } }
  }

  @Test func theDefaultLeavesEverything() throws {
    let before = try rows()
    let after = try applied { _ in }
    #expect(after.fingerprint == before.fingerprint)
    #expect(after.ids == before.ids)
  }

  /// round(0.2 · 40) = 8, 5, 2; never fewer than two, where there are two.
  @Test func labelsBecomeScarceClassByClass() throws {
    let before = try rows()
    let after = try applied { $0.labelFraction = 0.2 }
    #expect(counts(after) == [8, 5, 2, 2, 1])
    #expect(numbers(after) == Array(0..<before.rowCount))
    #expect(after.visual == before.visual)
    #expect(after.text == before.text)
    #expect(after.hasText == before.hasText)
    #expect(after.ids == before.ids)
    for (row, label) in after.labels.enumerated() where label >= 0 {
      #expect(label == before.labels[row])
    }
  }

  /// 75 rows have text; round(0.1 · 75) = 8 keep it, and no row gets one.
  @Test func textsBecomeScarce() throws {
    let before = try rows()
    let after = try applied { $0.textFraction = 0.1 }
    #expect(before.hasText.count { $0 } == 75)
    #expect(after.hasText.count { $0 } == 8)
    #expect(after.labels == before.labels)
    for row in 0..<after.rowCount {
      #expect(!after.hasText[row] || before.hasText[row])
      let text = try #require(after.text).row(row)
      #expect(after.hasText[row] ? text == before.text?.row(row) : text == [0, 0])
    }
    #expect(try applied { $0.textFraction = 1e-9 }.hasText.count { $0 } == 2)
  }

  /// Of equal classes, shares fall exponentially from all to 1 / imbalance.
  @Test func imbalanceIsExponential() throws {
    var parameters = SmallStudy.parameters()
    parameters.trainRows = 400
    parameters.labelledFraction = 0.5
    let rows = try SyntheticFeatures(parameters).pairedRows(.train)
    var regime = Regime()
    regime.imbalance = 27
    let after = try regime.applied(to: rows, key: RandomKey(seed: 3))
    let counts = (0..<4).map { index in after.labels.count { $0 == Int32(index) } }
    // 50 times 1, 1/3, 1/9 and 1/27, which is below two.
    #expect(counts.sorted() == [2, 6, 17, 50])
    #expect(after.labels.count { $0 < 0 } == rows.labels.count { $0 < 0 })
    let orders = try Set(
      (0..<8).map { (seed: UInt64) in
        let rows = try regime.applied(to: rows, key: RandomKey(seed: seed))
        return (0..<4).max { a, b in
          rows.labels.count { $0 == Int32(a) } < rows.labels.count { $0 == Int32(b) }
        }
      })
    #expect(orders.count > 1, "the favoured class depends on the seed")
  }

  @Test func imbalanceKeepsTheOrderOfRows() throws {
    let after = try applied { $0.imbalance = 10 }
    #expect(numbers(after) == numbers(after).sorted())
    #expect(after.labels.count { $0 < 0 } == 21)
    let before = try rows()
    for (place, number) in numbers(after).enumerated() {
      #expect(after.labels[place] == before.labels[number])
      #expect(after.hasText[place] == before.hasText[number])
    }
  }

  @Test func theSeedDecidesWhichRows() throws {
    let changes: [(inout Regime) -> Void] = [
      { $0.labelFraction = 0.3 }, { $0.textFraction = 0.3 }, { $0.imbalance = 4 },
    ]
    for change in changes {
      let first = try applied(seed: 1, change)
      #expect(try applied(seed: 1, change).fingerprint == first.fingerprint)
      #expect(try applied(seed: 2, change).fingerprint != first.fingerprint)
    }
  }

  /// Labels and texts are drawn apart: what the one keeps says nothing about the other.
  @Test func labelsAndTextsAreDrawnApart() throws {
    let both = try applied {
      $0.labelFraction = 0.3
      $0.textFraction = 0.3
    }
    #expect(both.labels == (try applied { $0.labelFraction = 0.3 }).labels)
    #expect(both.hasText == (try applied { $0.textFraction = 0.3 }).hasText)
  }

  @Test(arguments: [
    ("--label-fraction", "0.0", "above 0.0 and at most 1.0"),
    ("--label-fraction", "1.5", "above 0.0 and at most 1.0"),
    ("--text-fraction", "-1.0", "above 0.0 and at most 1.0"),
    ("--imbalance", "0.5", "from 1.0 to 1000000.0"),
    ("--test-noise", "-0.1", "from 0.0 to 1000.0"), ("--test-noise", "nan", "from 0.0 to 1000.0"),
  ])
  func valuesOutOfRangeAreRefused(name: String, found: String, needed: String) throws {
    let value = try #require(Double(found))
    var options = ComparisonOptions()
    switch name {
    case "--label-fraction": options.regime.labelFraction = value
    case "--text-fraction": options.regime.textFraction = value
    case "--imbalance": options.regime.imbalance = value
    default: options.regime.testNoise = [1, value]
    }
    let wrong = options
    #expect(throws: StudyError.invalidOption(name: name, found: found, needed: needed)) {
      try Comparison(options: wrong)
    }
  }

  @Test func isToldInWords() {
    var regime = Regime()
    regime.testNoise = [1]
    #expect(regime.summary == nil)
    regime.labelFraction = 0.125
    regime.textFraction = 0.5
    regime.imbalance = 10
    #expect(
      regime.summary
        == "12.5 % of the labels, text for 50 % of the rows, classes out of balance up to 10.0 "
        + "to 1")
  }
}
