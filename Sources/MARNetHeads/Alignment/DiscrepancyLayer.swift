// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// What one kernel of the contrastive domain discrepancy looks at: the labelled rows of both
/// modalities, ordered by class.
struct DiscrepancyLayer: @unchecked Sendable {
  /// Rows of one modality, `[m, width]`, and ∂L/∂ of them.
  struct Side: @unchecked Sendable {
    let x: MatrixView
    let gradient: MatrixView
    /// ‖x‖² of each row, `[m]`.
    let squares: UnsafeMutablePointer<Float>

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

    func makeSquares(_ places: Range<Int>) {
      for place in places {
        squares[place] = Float(marnet_sum_of_squares(x.row(place), x.columnCount))
      }
    }

    fileprivate func first(_ count: Int) -> Side {
      Side(x: x.rows(0..<count), gradient: gradient.rows(0..<count), squares: squares)
    }
  }

  /// Texts.
  let source: Side
  /// Images.
  let target: Side

  /// The first `count` rows, of the same memory.
  func first(_ count: Int) -> DiscrepancyLayer {
    DiscrepancyLayer(source: source.first(count), target: target.first(count))
  }

  /// Squared distances of `left` rows from `right` rows: ‖a‖² + ‖b‖² − 2 a·b, at least 0.
  static func distances(
    _ left: Side, _ rows: Range<Int>, _ right: Side, _ columns: Range<Int>,
    into result: MatrixView
  ) {
    Product.rowsTimesRows(left.x.rows(rows), right.x.rows(columns), into: result, scale: -2)
    let others = right.squares + columns.lowerBound
    for (index, row) in rows.enumerated() {
      let (d, own) = (result.row(index), left.squares[row])
      for j in 0..<columns.count { d[j] = max(d[j] + own + others[j], 0) }
    }
  }
}
