// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Probabilities of rows of logits, p = softmax(z / T), and the way back of their gradient:
///
///     ∂L/∂z = p ⊙ (g − (p·g) 1) / T
enum SoftmaxRows {
  /// Writes p `[rows, C]`.
  static func forward(
    _ logits: MatrixView, temperature: Float = 1, into probabilities: MatrixView
  ) {
    let count = logits.columnCount
    guard count > 0 else { return }
    for row in 0..<logits.rowCount {
      let p = probabilities.row(row)
      marnet_scale(logits.row(row), p, count, 1 / temperature)
      var sum = 0.0
      _ = marnet_exp_row(p, count, &sum)
      marnet_scale(p, p, count, Float(1 / sum))
    }
  }

  /// Replaces ∂L/∂p `[rows, C]` by ∂L/∂z.
  static func backward(
    _ gradient: MatrixView, probabilities: MatrixView, temperature: Float = 1
  ) {
    let count = gradient.columnCount
    for row in 0..<gradient.rowCount {
      let (g, p) = (gradient.row(row), probabilities.row(row))
      let mean = Float(marnet_dot(g, p, count))
      for c in 0..<count { g[c] = p[c] * (g[c] - mean) / temperature }
    }
  }
}
