// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// y = x Wᵀ + b, W `[out, in]`, b `[out]`.
package struct Linear: Sendable {
  package let weight: ParameterSlot
  package let bias: ParameterSlot?

  package init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, bound: Float? = nil,
    in layout: inout ParameterLayout
  ) {
    let bound = bound ?? 1 / Float(inputs).squareRoot()
    weight = layout.addMatrix(
      "\(name).weight", rows: outputs, columns: inputs, bound: bound)
    bias =
      hasBias ? layout.addVector("\(name).bias", count: outputs, bound: bound) : nil
  }

  package var outputCount: Int { weight.rowCount }

  /// `y = x Wᵀ`: the product alone, for callers that fuse the bias with an activation.
  package func product(_ x: MatrixView, into y: MatrixView, _ parameters: ParameterBlock) {
    Product.rowsTimesRows(x, parameters[weight], into: y)
  }

  /// `y = x Wᵀ + b`.
  package func forward(_ x: MatrixView, into y: MatrixView, _ parameters: ParameterBlock) {
    product(x, into: y, parameters)
    guard let bias else { return }
    let b = parameters[bias].pointer
    for row in 0..<y.rowCount {
      let target = y.row(row)
      for column in 0..<y.columnCount { target[column] += b[column] }
    }
  }

  /// `dx = dy W` (plus `dx` if `accumulate`).
  package func inputGradient(
    _ dy: MatrixView, into dx: MatrixView, _ parameters: ParameterBlock, accumulate: Bool = false
  ) {
    Product.rowsTimesColumns(dy, parameters[weight], into: dx, accumulate: accumulate)
  }

  /// `dW = dyᵀ x` and `db = Σ dy` for the output units in `outputs`.
  ///
  /// Every unit's sum runs over the whole batch in one fixed order, whoever computes it.
  package func weightGradient(
    _ dy: MatrixView, _ x: MatrixView, outputs: Range<Int>, into parameters: ParameterBlock
  ) {
    let dySlice = dy.columns(outputs)
    Product.columnsTimesColumns(
      dySlice, x, into: parameters.gradient(of: weight).rows(outputs))
    guard let bias else { return }
    let db = parameters.gradient(of: bias).pointer + outputs.lowerBound
    for column in 0..<outputs.count { db[column] = 0 }
    for row in 0..<dy.rowCount {
      let source = dySlice.row(row)
      for column in 0..<outputs.count { db[column] += source[column] }
    }
  }
}
