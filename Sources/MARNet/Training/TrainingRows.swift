// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// What a network is trained on: standardised features, targets and weights of N rows.
package struct TrainingRows: Sendable {
  /// `[N, Dv]`, standardised.
  package let visual: Matrix
  /// `[N, Ds]`, standardised, 0 in rows without text.
  package let text: Matrix
  /// `[N, C]`.
  package let targets: Matrix
  /// `[N]`, weight in the cross-entropies.
  package let weights: [Float]
  /// `[N]`, -1 without a label.
  package let labels: [Int32]
  /// `[N]`, 1 or 0.
  package let hasText: [Float]
  /// Nil where there are none.
  package let tokens: PreparedTokens?

  package init(
    visual: Matrix, text: Matrix, targets: Matrix, weights: [Float], labels: [Int32],
    hasText: [Float], tokens: PreparedTokens? = nil
  ) {
    self.tokens = tokens
    self.visual = visual
    self.text = text
    self.targets = targets
    self.weights = weights
    self.labels = labels
    self.hasText = hasText
  }

  package var rowCount: Int { visual.rowCount }

  /// The batch of the rows at `rows`; valid while `body` runs.
  func withBatch<Result>(
    _ rows: UnsafeBufferPointer<Int>, _ body: (TrainingBatch) -> Result
  ) -> Result {
    guard let tokens else { return withBatch(rows, nil, body) }
    return tokens.withViews { withBatch(rows, $0, body) }
  }

  private func withBatch<Result>(
    _ rows: UnsafeBufferPointer<Int>, _ tokens: TokenViews?, _ body: (TrainingBatch) -> Result
  ) -> Result {
    weights.withUnsafeBufferPointer { weights in
      hasText.withUnsafeBufferPointer { hasText in
        labels.withUnsafeBufferPointer { labels in
          guard let w = weights.baseAddress, let t = hasText.baseAddress,
            let l = labels.baseAddress
          else {
            preconditionFailure("a batch needs rows")
          }
          return withExtendedLifetime(self) {
            body(
              TrainingBatch(
                visual: visual.view, text: text.view, targets: targets.view, weights: w,
                labels: l, hasText: t, rows: rows, tokens: tokens))
          }
        }
      }
    }
  }
}
