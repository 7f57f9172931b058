// SPDX-License-Identifier: Apache-2.0

/// Which rows of a dataset belong to a column, in ascending order.
enum RowSelection: Sendable, Equatable {
  /// The first rows of the dataset, which are all of them.
  case all(Int)
  /// Rows by number, ascending.
  case listed([Int])

  var count: Int {
    switch self {
    case .all(let count): count
    case .listed(let rows): rows.count
    }
  }

  /// The number in the dataset of row `index` of the selection.
  subscript(index: Int) -> Int {
    switch self {
    case .all: index
    case .listed(let rows): rows[index]
    }
  }

  /// The positions of the selected rows that lie in `rows` of the dataset.
  func positions(in rows: Range<Int>) -> Range<Int> {
    switch self {
    case .all(let count): return rows.clamped(to: 0..<count)
    case .listed(let listed):
      return listed.insertionIndex(of: rows.lowerBound)..<listed.insertionIndex(of: rows.upperBound)
    }
  }

  /// Of these rows, those at `positions`, ascending.
  func keeping(_ positions: [Int]) -> RowSelection {
    positions.count == count ? self : .listed(positions.map { self[$0] })
  }
}
