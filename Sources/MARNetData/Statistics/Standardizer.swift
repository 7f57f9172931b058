// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Per-dimension standardisation: z = (x - mean) scale, with scale = 1 / sd.
///
/// The standard deviation is that of the population (divided by n). A dimension
/// whose deviation is below 1e-6 counts as constant: its scale is 0, and so is z.
/// Statistics are summed in Double, each column over rows in ascending order, so that their
/// bits depend on the data alone; they are kept, and applied, in Float32.
package struct Standardizer: Sendable, Equatable {
  /// Means, `[D]`.
  package let mean: [Float]
  /// Reciprocal standard deviations, `[D]`; 0 for constant dimensions.
  package let scale: [Float]

  /// Deviations below this count as constant.
  static let smallestDeviation = 1e-6

  /// Takes statistics computed before, such as those of a saved model.
  ///
  /// - Precondition: as many means as scales.
  package init(mean: [Float], scale: [Float]) {
    precondition(
      mean.count == scale.count,
      "as many means as scales are needed; got \(mean.count) and \(scale.count)")
    self.mean = mean
    self.scale = scale
  }

  /// Standardises `view`, `[n, D]`, in place.
  package func apply(to view: MatrixView) {
    precondition(
      view.columnCount == mean.count,
      "statistics of \(mean.count) dimensions and rows of shape \(view.shape)")
    for row in 0..<view.rowCount { apply(to: view.row(row)) }
  }

  /// Standardises vectors that lie side by side in `row`.
  package func apply(to row: UnsafeMutablePointer<Float>, parts: Int = 1) {
    let width = mean.count
    mean.withUnsafeBufferPointer { mean in
      scale.withUnsafeBufferPointer { scale in
        for part in 0..<parts {
          let values = row + part * width
          for column in 0..<width {
            values[column] = (values[column] - mean[column]) * scale[column]
          }
        }
      }
    }
  }
}
