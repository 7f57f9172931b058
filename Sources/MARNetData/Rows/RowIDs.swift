// SPDX-License-Identifier: Apache-2.0

/// Identifiers of rows, as the file stores them.
public enum RowIDs: Sendable, Equatable {
  /// Whole numbers, one a row.
  case integers([Int64])
  /// Strings, one a row.
  case strings([String])

  /// What identifiers are made of.
  public enum Kind: Sendable {
    /// Whole numbers.
    case integers
    /// Strings.
    case strings
  }

  /// What these are made of.
  public var kind: Kind {
    switch self {
    case .integers: .integers
    case .strings: .strings
    }
  }

  /// Number of rows.
  public var count: Int {
    switch self {
    case .integers(let values): values.count
    case .strings(let values): values.count
    }
  }

  /// The identifiers at `rows`, in that order.
  public func rows(at rows: [Int]) -> RowIDs {
    switch self {
    case .integers(let values): .integers(rows.map { values[$0] })
    case .strings(let values): .strings(rows.map { values[$0] })
    }
  }
}
