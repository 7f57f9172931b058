// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Finds NaNs and infinities.
package enum FiniteCheck {
  /// - Parameter firstRow: the number of the view's first row, for the error.
  /// - Throws: `DataError` naming the first value that is not finite.
  static func require(
    _ view: MatrixView, at location: DataLocation, firstRow: Int = 0
  ) throws(DataError) {
    guard let (row, badRows) = search(view) else { return }
    throw error(view, row: row, badRows: badRows, at: location, firstRow: firstRow)
  }

  /// The error of a view whose row `row` is the first of `badRows` that are not finite.
  static func error(
    _ view: MatrixView, row: Int, badRows: Int, at location: DataLocation, firstRow: Int
  ) -> DataError {
    let values = UnsafeBufferPointer(start: view.row(row), count: view.columnCount)
    let column = values.firstIndex { !$0.isFinite } ?? 0
    return .nonFinite(
      location, row: firstRow + row, column: column, value: "\(values[column])",
      badRows: badRows, rows: view.rowCount)
  }

  /// Rows with a value that is not finite: the first, and how many; nil when none.
  package static func search(_ view: MatrixView) -> (first: Int, count: Int)? {
    var found: (first: Int, count: Int)?
    for row in 0..<view.rowCount where !isFinite(view.row(row), count: view.columnCount) {
      found = (found?.first ?? row, (found?.count ?? 0) + 1)
    }
    return found
  }

  /// Whether all of `count` values are.
  ///
  /// An exponent of all ones carries into the sign bit when one is added to it.
  static func isFinite(_ pointer: UnsafePointer<Float>, count: Int) -> Bool {
    var carried: UInt32 = 0
    for index in 0..<count {
      carried |= (pointer[index].bitPattern & 0x7F80_0000) &+ 0x0080_0000
    }
    return carried & 0x8000_0000 == 0
  }
}
