// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The rows of one training step: where all training rows are, and which of them take part.
///
/// Networks gather rows themselves, fused with dropout. The owner of the rows outlives the
/// batch.
package struct TrainingBatch: @unchecked Sendable {
  /// `[N, Dv]`, standardised.
  package let visual: MatrixView
  /// `[N, Ds]`, standardised; 0 in rows without text.
  package let text: MatrixView
  /// `[N, C]`, soft targets.
  package let targets: MatrixView
  /// `[N]`, weight of a row in every cross-entropy.
  package let weights: UnsafePointer<Float>
  /// `[N]`, class of a row, -1 without a label; read by alignment losses that know classes.
  package let labels: UnsafePointer<Int32>
  /// `[N]`, 1 where a row has text, else 0.
  package let hasText: UnsafePointer<Float>
  /// `[B]`, the rows of this step.
  package let rows: UnsafeBufferPointer<Int>
  /// Of all N rows; nil where there are none.
  package let tokens: TokenViews?
  /// Sums over the rows of this step, those of other ranks among them.
  package var totals: BatchTotals

  package init(
    visual: MatrixView, text: MatrixView, targets: MatrixView, weights: UnsafePointer<Float>,
    labels: UnsafePointer<Int32>, hasText: UnsafePointer<Float>, rows: UnsafeBufferPointer<Int>,
    tokens: TokenViews? = nil
  ) {
    self.visual = visual
    self.text = text
    self.targets = targets
    self.weights = weights
    self.labels = labels
    self.hasText = hasText
    self.rows = rows
    self.tokens = tokens
    totals = BatchTotals(of: rows, weights: weights, hasText: hasText)
  }

  /// 1 / Σ weights of the batch, its lower bound 1e-6 as the reference has it.
  package var inverseWeight: Float { 1 / max(totals.weight, 1e-6) }
}
