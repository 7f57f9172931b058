// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

extension Regime {
  /// The training rows that the regime leaves, seeded by `key`.
  package func applied(to rows: PairedRows, key: RandomKey) throws -> PairedRows {
    var rows = rows
    if imbalance > 1 { rows = rows.rows(at: keptByImbalance(rows, key: key)) }
    guard labelFraction < 1 || textFraction < 1 else { return rows }
    return try rows.masked(
      labels: scarceLabels(rows, key: key), hasText: scarceTexts(rows, key: key))
  }

  /// Labelled rows of each class in a seeded order.
  private func shuffledClasses(
    _ rows: PairedRows, key: RandomKey, purpose: UInt8
  ) -> [[Int]] {
    var classes = [[Int]](repeating: [], count: rows.classNames.count)
    for (row, label) in rows.labels.enumerated() where label >= 0 {
      classes[Int(label)].append(row)
    }
    for index in classes.indices {
      key.shuffle(
        &classes[index], rowKey: UInt64(index), tag: RandomKey.tag(purpose: purpose))
    }
    return classes
  }

  private func keptByImbalance(_ rows: PairedRows, key: RandomKey) -> [Int] {
    let classes = shuffledClasses(rows, key: key, purpose: RandomPurpose.regimeRows)
    var order = Array(classes.indices)
    key.shuffle(
      &order, rowKey: UInt64.max, tag: RandomKey.tag(purpose: RandomPurpose.regimeRows))
    var kept = rows.labels.indices.filter { rows.labels[$0] < 0 }
    for (rank, index) in order.enumerated() {
      let place = Double(rank) / Double(max(order.count - 1, 1))
      let share = MathFunctions.power(imbalance, -place)
      kept += Self.part(of: classes[index], share)
    }
    return kept.sorted()
  }

  private func scarceLabels(_ rows: PairedRows, key: RandomKey) -> [Int32] {
    guard labelFraction < 1 else { return rows.labels }
    var labels = [Int32](repeating: -1, count: rows.rowCount)
    for members in shuffledClasses(rows, key: key, purpose: RandomPurpose.regimeLabels) {
      for row in Self.part(of: members, labelFraction) { labels[row] = rows.labels[row] }
    }
    return labels
  }

  private func scarceTexts(_ rows: PairedRows, key: RandomKey) -> [Bool] {
    guard textFraction < 1 else { return rows.hasText }
    var withText = rows.hasText.indices.filter { rows.hasText[$0] }
    key.shuffle(&withText, rowKey: 0, tag: RandomKey.tag(purpose: RandomPurpose.regimeTexts))
    var result = [Bool](repeating: false, count: rows.rowCount)
    let count = max(2, Int((textFraction * Double(withText.count)).rounded()))
    for row in withText.prefix(count) { result[row] = true }
    return result
  }

  /// The first of `members`: that share of them, but at least two.
  private static func part(of members: [Int], _ share: Double) -> ArraySlice<Int> {
    members.prefix(max(2, Int((share * Double(members.count)).rounded(.toNearestOrEven))))
  }
}
