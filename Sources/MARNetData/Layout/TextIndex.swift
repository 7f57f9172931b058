// SPDX-License-Identifier: Apache-2.0

/// Finds rows by their identifiers.
///
/// In memory are the identifiers that can be found, as a dictionary; those that look for them
/// pass block by block.
struct TextIndex: Sendable {
  private var integers: [Int64: Int] = [:]
  private var strings: [String: Int] = [:]

  private static let blockRows = 65_536

  /// - Parameters:
  ///   - ids: the identifiers of the rows that can be found, each of them once.
  ///   - mask: which of the rows hold something; others count as not found.
  /// - Throws: `DataError` naming the first identifier that stands twice.
  init(ids: Column, mask: TextMask) throws(DataError) {
    if ids.holdsStrings {
      strings.reserveCapacity(ids.rowCount)
    } else {
      integers.reserveCapacity(ids.rowCount)
    }
    for rows in Self.blocks(of: ids.rowCount) {
      let isThere = try mask.read(rows)
      let repeated: (row: Int, shown: String)? =
        switch try ids.readIdentifiers(rows) {
        case .integers(let values): Self.insert(values, rows, isThere, into: &integers)
        case .strings(let values): Self.insert(values, rows, isThere, into: &strings)
        }
      if let (row, shown) = repeated {
        let place = ids.place(of: row)
        throw DataError.duplicateIdentifier(place.location, row: place.row, value: shown)
      }
    }
  }

  /// Where the rows with the identifiers `ids`, of the same kind, lie.
  func sources(of ids: Column) throws(DataError) -> RowSources {
    var sources: [Int] = []
    sources.reserveCapacity(ids.rowCount)
    for rows in Self.blocks(of: ids.rowCount) {
      switch try ids.readIdentifiers(rows) {
      case .integers(let values): sources += values.map { integers[$0] ?? -1 }
      case .strings(let values): sources += values.map { strings[$0] ?? -1 }
      }
    }
    return RowSources(rows: sources)
  }

  /// Inserts identifiers; returns the first that was there already.
  private static func insert<Value: Hashable>(
    _ values: [Value], _ rows: Range<Int>, _ isThere: [Bool], into index: inout [Value: Int]
  ) -> (row: Int, shown: String)? {
    for (place, value) in values.enumerated() {
      let row = rows.lowerBound + place
      if index.updateValue(isThere[place] ? row : -1, forKey: value) != nil {
        return (row, "\(value)")
      }
    }
    return nil
  }

  private static func blocks(of rowCount: Int) -> [Range<Int>] {
    stride(from: 0, to: rowCount, by: blockRows).map { $0..<min($0 + blockRows, rowCount) }
  }
}
