// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Labelled rows of one modality, ordered by class, and the gradient of the discrepancy with
/// respect to them.
///
/// `@unchecked Sendable`: workers write disjoint rows.
final class DiscrepancyRows: @unchecked Sendable {
  /// `[m, width]`.
  private(set) var x: MatrixView
  /// ∂L/∂x `[m, width]`.
  private(set) var gradient: MatrixView
  /// ‖x‖² of each row, `[m]`.
  let squares: UnsafeMutablePointer<Float>
  /// x as a right operand: `[width, m]` and `[m, width]`.
  private(set) var byRows: PackedMatrix
  private(set) var byColumns: PackedMatrix
  /// All of the memory, for the largest m.
  private let memory:
    (x: MatrixView, gradient: MatrixView, byRows: PackedMatrix, byColumns: PackedMatrix)
  private let workspace: Workspace

  init(rowCount: Int, width: Int) {
    var workspace = Workspace()
    let (x, gradient) = (workspace.reserve(rowCount, width), workspace.reserve(rowCount, width))
    let squares = workspace.reserve(1, rowCount)
    workspace.make()
    self.workspace = workspace
    self.x = workspace[x]
    self.gradient = workspace[gradient]
    self.squares = workspace[squares].pointer
    byRows = PackedMatrix(innerCount: width, columnCount: rowCount, precision: .float32)
    byColumns = PackedMatrix(innerCount: rowCount, columnCount: width, precision: .float32)
    memory = (self.x, self.gradient, byRows, byColumns)
  }

  /// m of a step.
  func begin(_ count: Int) {
    let width = x.columnCount
    x = memory.x.rows(0..<count)
    gradient = memory.gradient.rows(0..<count)
    byRows = memory.byRows.resized(innerCount: width, columnCount: count)
    byColumns = memory.byColumns.resized(innerCount: count, columnCount: width)
  }

  func gather(_ source: MatrixView, _ groups: ClassGroups, _ places: Range<Int>) {
    for place in places {
      x.row(place).update(from: source.row(groups.pairs[place]), count: x.columnCount)
    }
  }

  func scatter(_ result: MatrixView, _ groups: ClassGroups, _ places: Range<Int>) {
    for place in places {
      result.row(groups.pairs[place]).update(from: gradient.row(place), count: x.columnCount)
    }
  }

  func makeProbabilities(_ places: Range<Int>) {
    SoftmaxRows.forward(x.rows(places), into: x.rows(places))
  }

  func throughSoftmax(_ places: Range<Int>) {
    SoftmaxRows.backward(gradient.rows(places), probabilities: x.rows(places))
  }

  /// Squared norms and operands.
  func prepare(_ places: Range<Int>) {
    for place in places {
      squares[place] = Float(marnet_sum_of_squares(x.row(place), x.columnCount))
    }
    byRows.packRows(places, of: x, .transposed)
    byColumns.packRows(places, of: x, .straight)
  }

  /// Squared distances within a class, each above the diagonal once; their sum.
  func distances(within rows: Range<Int>, into result: MatrixView) -> Float {
    var sum: Float = 0
    for row in rows {
      let d = result.row(row)
      for other in row + 1..<rows.upperBound {
        let product = marnet_dot(x.row(row), x.row(other), x.columnCount)
        d[other] = max(squares[row] + squares[other] - 2 * Float(product), 0)
        sum += d[other]
      }
    }
    return sum
  }

  /// The gradient of some rows, 2 (totalᵢ xᵢ − Σⱼ gᵢⱼ bⱼ − Σⱼ hᵢⱼ xⱼ): g and h are ∂L/∂ of the
  /// distances from the other modality's rows b and from the rows of one's class.
  ///
  /// - Parameters:
  ///   - totals: Σⱼ gᵢⱼ + Σⱼ hᵢⱼ.
  ///   - slopes: h, whose elements outside classes may be overwritten.
  ///   - add: writes Σⱼ gᵢⱼ bⱼ, or adds it to what is there.
  func makeGradient(
    _ rows: Range<Int>, totals: UnsafePointer<Float>, within slopes: MatrixView,
    _ groups: ClassGroups, add: (_ into: MatrixView, _ accumulate: Bool) -> Void
  ) {
    let (own, width) = (gradient.rows(rows), x.columnCount)
    let asProduct = groups.areLarge
    if asProduct {
      for row in rows {
        slopes.row(row).clear(
          outside: groups.range(groups.groups[row]), row, groups.pairCount)
      }
      byColumns.multiply(slopes.rows(rows).columns(0..<groups.pairCount), into: own)
    }
    add(own, asProduct)
    for row in rows {
      let g = gradient.row(row)
      marnet_combine(-2, g, 2 * totals[row], x.row(row), g, width)
      if asProduct { continue }
      let h = slopes.row(row)
      for other in groups.range(groups.groups[row]) where other != row {
        marnet_combine(1, g, -2 * h[other], x.row(other), g, width)
      }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// Sets the first `count` elements to 0 but those in `range`, of which the one at `place`.
  fileprivate func clear(outside range: Range<Int>, _ place: Int, _ count: Int) {
    update(repeating: 0, count: range.lowerBound)
    (self + range.upperBound).update(repeating: 0, count: count - range.upperBound)
    self[place] = 0
  }
}
