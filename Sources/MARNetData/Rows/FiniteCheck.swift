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

  /// - Parameters:
  ///   - column: the column that holds the view's rows.
  ///   - firstRow: the number of the view's first row in it.
  /// - Throws: `DataError` naming the first value that is not finite, in its own file.
  static func require(
    _ view: MatrixView, column: Column, firstRow: Int
  ) throws(DataError) {
    guard let (row, badRows) = search(view) else { return }
    throw error(view, row: row, badRows: badRows, column: column, firstRow: firstRow)
  }

  /// The error of a view whose row `row` is the first of `badRows` that are not finite.
  static func error(
    _ view: MatrixView, row: Int, badRows: Int, column: Column, firstRow: Int
  ) -> DataError {
    error(view, row: row, badRows: badRows, at: column.location, firstRow: firstRow)
      .placed(in: column)
  }

  private static func error(
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

extension DataError {
  /// The same error where it counts rows of `column`: with the file, the dataset and the row
  /// in which the value lies.
  func placed(in column: Column) -> DataError {
    guard case .nonFinite(_, let row, let place, let value, let badRows, let rows) = self else {
      return self
    }
    let (location, stored) = column.place(of: row)
    return .nonFinite(
      location, row: stored, column: place, value: value, badRows: badRows, rows: rows)
  }
}
