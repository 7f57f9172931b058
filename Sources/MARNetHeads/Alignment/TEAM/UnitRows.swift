// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Rows of norm 1, and the way back through the normalisation.
struct UnitRows: @unchecked Sendable {
  /// The norm's lower bound, which keeps a zero row at zero.
  private static let smallestNorm = 1e-8
  /// `[rows, width]`.
  let unit: MatrixView
  /// 1 / ‖x‖, `[rows]`; negative where the bound stands in, whose gradient is that of a
  /// constant factor.
  private let inverseNorms: UnsafeMutablePointer<Float>

  init(unit: MatrixView, inverseNorms: UnsafeMutablePointer<Float>) {
    self.unit = unit
    self.inverseNorms = inverseNorms
  }

  /// The rows `rows` of x, which may be `unit` itself.
  func normalise(_ x: MatrixView, _ rows: Range<Int>) {
    for row in rows {
      let norm = marnet_sum_of_squares(x.row(row), x.columnCount).squareRoot()
      let inverse = Float(1 / max(norm, Self.smallestNorm))
      inverseNorms[row] = norm > Self.smallestNorm ? inverse : -inverse
      marnet_scale(x.row(row), unit.row(row), x.columnCount, inverse)
    }
  }

  /// In place, `∂L/∂x = (g − û (û·g)) / ‖x‖` of the rows `rows` of `gradient`.
  ///
  /// - Returns: Σ û·g.
  @discardableResult
  func backward(_ gradient: MatrixView, _ rows: Range<Int>) -> Double {
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
