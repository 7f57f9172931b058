// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// Inverted dropout whose mask is a function of (key, training row, place), so
/// that the backward pass recomputes it instead of reading a stored one.
package struct Dropout: Sendable {
  package let probability: Float
  private let key: RandomKey
  private let tag: UInt32
  private let offset: Int

  /// - Parameter offset: added to every row's number.
  package init(probability: Float, key: RandomKey, purpose: UInt8, offset: Int = 0) {
    precondition(
      probability >= 0 && probability < 1, "dropout needs 0 <= p < 1; got \(probability)")
    self.probability = probability
    self.key = key
    tag = RandomKey.tag(purpose: purpose)
    self.offset = offset
  }

  /// `output = mask(input)`, row i of the views being training row `offset + firstRow + i`.
  ///
  /// With `input` and `output` the gradient, this is the backward pass.
  package func apply(
    _ input: MatrixView, into output: MatrixView, step: Int, firstRow: Int
  ) {
    for row in 0..<input.rowCount {
      if probability == 0 {
        if input.row(row) != output.row(row) {
          output.row(row).update(from: input.row(row), count: input.columnCount)
        }
      } else {
        marnet_dropout(
          input.row(row), output.row(row), input.columnCount, probability, key.seed,
          RandomKey.trainingRow(step: step, row: offset + firstRow + row), tag)
      }
    }
  }
}
