// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Held-out rows that show, epoch by epoch, how a network does on rows it does not train on.
package struct HeldOutRows: Sendable {
  package let rows: KeyedRows
  package let labels: [Int32]
  private let classWeights: ClassWeightTable?

  package init(rows: KeyedRows, labels: [Int32], classWeights: ClassWeightTable? = nil) {
    self.rows = rows
    self.labels = labels
    self.classWeights = classWeights
  }

  /// `[n]`, by the rows' classes; nil where every row counts once.
  package var weights: [Double]? { classWeights?.weights(of: labels) }

  /// At most `limit` rows, spread evenly: enough for a progress line.
  func sample(limit: Int) -> HeldOutRows {
    guard labels.count > limit else { return self }
    let picked = (0..<limit).map { $0 * labels.count / limit }
    return HeldOutRows(
      rows: rows.rows(at: picked), labels: picked.map { labels[$0] }, classWeights: classWeights)
  }

  /// The fraction of rows whose largest log-probability, as `score` gives it, is at their label.
  ///
  /// - Parameter ranks: of which each scores some of the rows.
  func top1(over ranks: any RankGroup, _ score: (KeyedRows) -> Matrix) -> Double {
    let own =
      labels.count * ranks.rank / ranks.count..<labels.count * (ranks.rank + 1) / ranks.count
    var right = [0.0]
    if own.count == labels.count {
      right[0] = Double(rightCount(score(rows), own))
    } else if !own.isEmpty {
      right[0] = Double(rightCount(score(rows.rows(at: Array(own))), own))
    }
    ranks.sum(&right)
    return right[0] / Double(max(labels.count, 1))
  }

  private func rightCount(_ logProbabilities: Matrix, _ own: Range<Int>) -> Int {
    var right = 0
    let view = logProbabilities.view
    for (row, label) in labels[own].enumerated() {
      let values = view.row(row)
      var best = 0
      for c in 1..<view.columnCount where values[c] > values[best] { best = c }
      if best == Int(label) { right += 1 }
    }
    withExtendedLifetime(logProbabilities) {}
    return right
  }
}
