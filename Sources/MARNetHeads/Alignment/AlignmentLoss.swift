// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// A loss that draws paired visual and text rows together, used in training only.
package protocol AlignmentLoss: Sendable {
  associatedtype Scratch
  /// Memory for up to `rowCount` pairs of width `width`, made once for a training run.
  ///
  /// - Parameter precision: of the products.
  func makeScratch(rowCount: Int, width: Int, precision: Precision) -> Scratch

  /// The loss in nats and its gradients, multiplied by `weight`.
  ///
  /// - Parameters:
  ///   - visual, text: `[n, d]` projected rows; row i of one pairs with row i of the other.
  ///   - visualGradient, textGradient: `[n, d]`, overwritten.
  func evaluate(
    visual: MatrixView, text: MatrixView, weight: Float, visualGradient: MatrixView,
    textGradient: MatrixView, scratch: Scratch, pool: WorkerPool
  ) -> Double
}
