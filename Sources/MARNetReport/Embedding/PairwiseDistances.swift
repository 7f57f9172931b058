// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// Squared Euclidean distances between all rows of a matrix, `[N, N]`.
///
/// ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b, of rows whose mean is taken away first: far from 0 the
/// difference of large numbers would keep few digits.
package struct PairwiseDistances: Sendable {
  /// `[N, N]`, 0 or above; 0 on the diagonal.
  package let squared: Matrix
  /// The rows less their mean, `[N, D]`.
  package let centred: Matrix

  /// Rows of a task; fixed, so that products have one shape whatever the threads.
  package static let taskRows = 64

  package var count: Int { squared.rowCount }

  /// - Parameter points: `[N, D]`, finite.
  /// - Complexity: O(N² D) time, O(N²) space.
  package init(_ points: Matrix, pool: WorkerPool) {
    centred = Self.centred(points)
    let count = points.rowCount
    let source = centred.view
    let lengths = (0..<count).map { Self.squaredLength(source.row($0), source.columnCount) }
    squared = Matrix(rowCount: count, columnCount: count) { target in
      pool.forEach((count + Self.taskRows - 1) / Self.taskRows) { task, _ in
        let rows = task * Self.taskRows..<min((task + 1) * Self.taskRows, count)
        Product.rowsTimesRows(source.rows(rows), source, into: target.rows(rows))
        for row in rows {
          let values = target.row(row)
          for other in 0..<count {
            values[other] = Float(
              max(0, lengths[row] + lengths[other] - 2 * Double(values[other])))
          }
          values[row] = 0
        }
      }
    }
    withExtendedLifetime(centred) {}
  }

  /// The share of each row's `neighbours` nearest rows that have its label, averaged: how well
  /// classes keep together where distances are measured, not where they are drawn.
  package func agreement(of labels: [Int], neighbours: Int) -> Double {
    let nearest = min(neighbours, count - 1)
    guard nearest > 0 else { return 0 }
    let view = squared.view
    var same = 0
    for row in 0..<count {
      let values = view.row(row)
      let others = (0..<count).filter { $0 != row }
        .sorted { (values[$0], $0) < (values[$1], $1) }
      same += others.prefix(nearest).count { labels[$0] == labels[row] }
    }
    withExtendedLifetime(squared) {}
    return Double(same) / Double(count * nearest)
  }

  private static func centred(_ points: Matrix) -> Matrix {
    var result = points
    let view = result.mutableView()
    var mean = [Double](repeating: 0, count: view.columnCount)
    for row in 0..<view.rowCount {
      let values = view.row(row)
      for column in mean.indices { mean[column] += Double(values[column]) }
    }
    for column in mean.indices { mean[column] /= Double(max(view.rowCount, 1)) }
    for row in 0..<view.rowCount {
      let values = view.row(row)
      for column in mean.indices { values[column] = Float(Double(values[column]) - mean[column]) }
    }
    return result
  }

  private static func squaredLength(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(values[index]) * Double(values[index]) }
    return sum
  }
}
