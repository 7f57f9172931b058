// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// y = x Wᵀ + b, W `[out, in]`, b `[out]`.
package struct Linear: Sendable {
  package let weight: ParameterSlot
  package let bias: ParameterSlot?

  /// - Parameter hasInputGradient: false where the input is data, so that nothing is to be
  ///   learned below.
  package init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, bound: Float? = nil,
    hasInputGradient: Bool = true, in layout: inout ParameterLayout
  ) {
    let bound = bound ?? 1 / Float(inputs).squareRoot()
    weight = layout.addMatrix(
      "\(name).weight", rows: outputs, columns: inputs, bound: bound,
      hasInputGradient: hasInputGradient)
    bias =
      hasBias ? layout.addVector("\(name).bias", count: outputs, bound: bound) : nil
  }

  package var outputCount: Int { weight.rowCount }

  /// Where its parameters lie in the flat block.
  var place: Range<Int> {
    weight.offset..<(bias.map { $0.offset + $0.count } ?? weight.offset + weight.count)
  }

  /// `y = x Wᵀ`: the product alone, for callers that fuse the bias with an activation.
  package func product(_ x: MatrixView, into y: MatrixView, _ parameters: ParameterBlock) {
    parameters.packed.multiply(x, transposed: weight, into: y)
  }

  /// `y = x Wᵀ + b`.
  package func forward(_ x: MatrixView, into y: MatrixView, _ parameters: ParameterBlock) {
    product(x, into: y, parameters)
    guard let bias else { return }
    let b = parameters[bias].pointer
    for row in 0..<y.rowCount { marnet_add(b, y.row(row), y.columnCount) }
  }

  /// `dx = dy W`.
  package func inputGradient(
    _ dy: MatrixView, into dx: MatrixView, _ parameters: ParameterBlock
  ) {
    parameters.packed.multiply(dy, weight, into: dx)
  }

  /// `dW = dyᵀ x` and `db = Σ dy` for the output units in `outputs`; x is packed, `[rows, in]`.
  ///
  /// Every unit's sum runs over the whole batch in one fixed order, whoever computes it.
  ///
  /// - Returns: Σ of the squares of what was written, while it is in cache.
  @discardableResult
  package func weightGradient(
    _ dy: MatrixView, _ x: PackedMatrix, outputs: Range<Int>, into parameters: ParameterBlock
  ) -> Double {
    let dySlice = dy.columns(outputs)
    let dW = parameters.gradient(of: weight).rows(outputs)
    x.multiplyTransposed(dySlice, into: dW)
    let squares = marnet_sum_of_squares(dW.pointer, dW.rowCount * dW.columnCount)
    guard let bias else { return squares }
    let db = parameters.gradient(of: bias).pointer + outputs.lowerBound
    db.update(repeating: 0, count: outputs.count)
    for row in 0..<dy.rowCount { marnet_add(dySlice.row(row), db, outputs.count) }
    return squares + marnet_sum_of_squares(db, outputs.count)
  }
}
