// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Mean squared error of the denoiser's estimate of the clean text feature, the second
/// term of L_CDR (MARNet, arXiv 2407.18854, eq. 20): mean over dimensions, divided by b²
/// so that the text scale b does not change its size, mean over rows that have text.
package enum ReconstructionLoss {
  /// Writes the gradient and each row's share of the loss.
  ///
  /// - Parameters:
  ///   - predicted: `[rows, Ds]`, the estimate of b x_s.
  ///   - clean: `[rows, Ds]`, b x_s.
  ///   - hasText: `[rows]`, 1 or 0.
  ///   - scale: weight / (number of rows with text · b²).
  ///   - gradient: `[rows, Ds]`.
  ///   - losses: `[rows]`.
  package static func evaluate(
    predicted: MatrixView, clean: MatrixView, hasText: UnsafePointer<Float>, scale: Float,
    gradient: MatrixView, losses: UnsafeMutablePointer<Float>
  ) {
    let width = predicted.columnCount
    let perElement = scale / Float(width)
    for row in 0..<predicted.rowCount {
      let d = gradient.row(row)
      guard hasText[row] > 0 else {
        losses[row] = 0
        for column in 0..<width { d[column] = 0 }
        continue
      }
      let x = predicted.row(row)
      let target = clean.row(row)
      var sum: Float = 0
      for column in 0..<width {
        let error = x[column] - target[column]
        sum += error * error
        d[column] = 2 * perElement * error
      }
      losses[row] = perElement * sum
    }
  }
}
