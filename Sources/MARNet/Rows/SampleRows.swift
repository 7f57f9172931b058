// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Standardised rows of one modality that lie in memory, to be read again and again by linear
/// fits: rows of a resident source where they are, rows of a file copied once.
package struct SampleRows: Sendable {
  package let count: Int
  package let width: Int
  private let stored: StoredRows
  /// Where each row stands in `stored`; nil means in order.
  private let places: [Int]?
  private let standardizer: Standardizer?

  /// - Parameters:
  ///   - rows: all present at `positions`.
  ///   - positions: ascending.
  init(_ rows: StandardizedRows, at positions: [Int]) throws {
    count = positions.count
    width = rows.width
    standardizer = rows.standardizer
    if let resident = rows.rows as? StoredRows {
      (stored, places) = (resident, positions)
    } else {
      (stored, places) = (try rows.rows.stored(at: positions), nil)
    }
  }

  /// Rows that are standardised already.
  package init(_ matrix: Matrix) {
    count = matrix.rowCount
    width = matrix.columnCount
    stored = StoredRows(matrix)
    places = nil
    standardizer = nil
  }

  /// Writes the row `row` into `values`, `[width]`.
  func copy(_ row: Int, into values: UnsafeMutablePointer<Float>) {
    stored.copy(places?[row] ?? row, into: values)
    standardizer?.apply(to: values)
  }

  /// Writes the rows at `rows` into `target`, `[rows.count, width]`.
  func copy(_ rows: some Sequence<Int>, into target: MatrixView) {
    for (place, row) in rows.enumerated() { copy(row, into: target.row(place)) }
  }

  /// The rows at `rows`, `[rows.count, width]`.
  func matrix(at rows: [Int], pool: WorkerPool) -> Matrix {
    let taskRows = 64
    return Matrix(rowCount: rows.count, columnCount: width) { target in
      pool.forEach((rows.count + taskRows - 1) / taskRows) { task, _ in
        let range = task * taskRows..<min((task + 1) * taskRows, rows.count)
        copy(rows[range], into: target.rows(range))
      }
    }
  }
}
