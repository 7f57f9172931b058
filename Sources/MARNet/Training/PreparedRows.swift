// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Rows as training uses them: both modalities standardised, labels and text marks beside.
package struct PreparedRows: Sendable {
  /// Standardised, with the key of each row's noise.
  package let visual: KeyedRows
  /// `[N, Ds]`, standardised, 0 in rows without text.
  package let text: Matrix
  package let hasText: [Bool]
  package let labels: [Int32]
  package let classCount: Int
  /// Nil where none were read.
  package let tokens: PreparedTokens?

  package var rowCount: Int { labels.count }

  /// Positions of the rows that have a label.
  package var labelledRows: [Int] { labels.indices.filter { labels[$0] >= 0 } }

  package init(
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
    tokens = rows.tokens.map { PreparedTokens($0) }
  }

  private init(_ whole: PreparedRows, at indices: [Int]) {
    visual = whole.visual.rows(at: indices)
    text = whole.text.rows(at: indices)
    hasText = indices.map { whole.hasText[$0] }
    labels = indices.map { whole.labels[$0] }
    classCount = whole.classCount
    tokens = whole.tokens?.rows(at: indices)
  }

  /// The rows at `indices`, in that order.
  package func rows(at indices: [Int]) -> PreparedRows { PreparedRows(self, at: indices) }

  /// With soft targets: what a network is trained on.
  package func trainingRows(_ targets: SoftTargets) -> TrainingRows {
    TrainingRows(
      visual: visual.visual, text: text, targets: targets.targets, weights: targets.weights,
      labels: labels, hasText: hasText.map { $0 ? 1 : 0 }, tokens: tokens)
  }
}
