// SPDX-License-Identifier: Apache-2.0

/// A value that a score file carries at its root.
package enum ScoreAttribute: Sendable, Equatable, CustomStringConvertible {
  /// UTF-8.
  case text(String)
  /// int64.
  case integer(Int)
  /// uint64, for seeds.
  case unsigned(UInt64)
  /// float64.
  case real(Double)

  /// The value alone.
  package var description: String {
    switch self {
    case .text(let value): value
    case .integer(let value): String(value)
    case .unsigned(let value): String(value)
    case .real(let value): String(value)
    }
  }
}

extension ScoreAttribute {
  /// Whether the file is finished: 0 until all rows are in it, then 1.
  package static let complete = "complete"
  /// The first row of the file in its split.
  package static let firstRow = "first_row"
  /// Rows of the file.
  package static let rowCount = "row_count"
  /// Rows of the split.
  package static let totalRows = "total_rows"
  /// Which shard it is, from 0.
  package static let shard = "shard"
  /// Of how many.
  package static let shards = "shards"
}
