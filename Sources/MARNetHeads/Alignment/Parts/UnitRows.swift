// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Rows brought to length 1, `[n, d]`, and the way back of their gradient:
///
///     û = x / max(‖x‖, 1e-8),   ∂L/∂x = (g − û (û·g)) / ‖x‖
///
/// The lower bound keeps a zero row at zero; a row below it has the gradient of a constant
/// scale, g / 1e-8.
struct UnitRows: @unchecked Sendable {
  static let smallestNorm = 1e-8
  let unit: MatrixView
  /// 1/‖x‖, `[n]`; negative where the norm's bound stands in.
  let inverseNorms: UnsafeMutablePointer<Float>

  /// The first `count` rows, of the same memory.
  func first(_ count: Int) -> UnitRows {
    UnitRows(unit: unit.rows(0..<count), inverseNorms: inverseNorms)
  }

  func normalise(_ x: MatrixView, _ rows: Range<Int>) {
    for row in rows {
      let norm = marnet_sum_of_squares(x.row(row), x.columnCount).squareRoot()
      let inverse = Float(1 / max(norm, Self.smallestNorm))
      inverseNorms[row] = norm > Self.smallestNorm ? inverse : -inverse
      marnet_scale(x.row(row), unit.row(row), x.columnCount, inverse)
    }
  }

  /// Replaces ∂L/∂û in `rows` of `gradient` by ∂L/∂x.
  ///
  /// - Returns: Σ û·g of these rows.
  @discardableResult
  func propagate(_ gradient: MatrixView, _ rows: Range<Int>) -> Double {
    let width = gradient.columnCount
    var sum = 0.0
    for row in rows {
      let (g, direction) = (gradient.row(row), unit.row(row))
      let inverse = inverseNorms[row]
      let along = marnet_dot(g, direction, width)
      sum += along
      marnet_project_out(g, direction, width, inverse > 0 ? Float(along) : 0, abs(inverse))
    }
    return sum
  }
}
