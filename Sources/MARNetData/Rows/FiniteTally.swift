// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Synchronization

/// Finds rows that are not finite piece by piece, in any order and on several threads, so
/// that each piece is looked at while it is in a cache.
final class FiniteTally: Sendable {
  private let found = Mutex<(first: Int, count: Int)?>(nil)

  /// Looks at `values`, the rows `rows` of a column.
  func add(_ rows: Range<Int>, _ values: MatrixView) {
    guard let piece = FiniteCheck.search(values) else { return }
    let first = rows.lowerBound + piece.first
    found.withLock { found in
      found = (min(found?.first ?? first, first), (found?.count ?? 0) + piece.count)
    }
  }

  /// - Parameter view: all rows that were added, the rows `rows` of the column.
  /// - Throws: `DataError` naming the first value that is not finite.
  func requireNone(
    in rows: Range<Int>, of view: MatrixView, column: Column
  ) throws(DataError) {
    guard let (first, count) = found.withLock({ $0 }) else { return }
    throw FiniteCheck.error(
      view, row: first - rows.lowerBound, badRows: count, column: column,
      firstRow: rows.lowerBound)
  }
}
