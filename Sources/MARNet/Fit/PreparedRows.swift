// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Rows as training uses them: both modalities standardised, labels and text marks beside.
struct PreparedRows: Sendable {
  /// Standardised, with the key of each row's noise.
  let visual: KeyedRows
  /// `[N, Ds]`, standardised, 0 in rows without text.
  let text: Matrix
  let hasText: [Bool]
  let labels: [Int32]
  let classCount: Int

  var rowCount: Int { labels.count }

  /// Positions of the rows that have a label.
  var labelledRows: [Int] { labels.indices.filter { labels[$0] >= 0 } }

  init(
    _ rows: PairedRows, visual standardizer: Standardizer, text textStandardizer: Standardizer,
    pool: WorkerPool
  ) {
    visual = KeyedRows(raw: rows.visual, standardizer: standardizer, pool: pool)
    text =
      rows.text.map { textStandardizer($0, keeping: rows.hasText) }
      ?? Matrix(rowCount: rows.rowCount, columnCount: textStandardizer.mean.count)
    hasText = rows.hasText
    labels = rows.labels
    classCount = rows.classNames.count
  }

  private init(_ whole: PreparedRows, at indices: [Int]) {
    visual = whole.visual.rows(at: indices)
    text = whole.text.rows(at: indices)
    hasText = indices.map { whole.hasText[$0] }
    labels = indices.map { whole.labels[$0] }
    classCount = whole.classCount
  }

  /// The rows at `indices`, in that order.
  func rows(at indices: [Int]) -> PreparedRows { PreparedRows(self, at: indices) }

  /// With soft targets: what a network is trained on.
  func trainingRows(_ targets: SoftTargets) -> TrainingRows {
    TrainingRows(
      visual: visual.visual, text: text, targets: targets.targets, weights: targets.weights,
      labels: labels, hasText: hasText.map { $0 ? 1 : 0 })
  }
}
