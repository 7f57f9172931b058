// SPDX-License-Identifier: Apache-2.0

extension Column {
  /// Integers of `rows`, `rowWidth` for each.
  func readIntegers(_ rows: Range<Int>) throws(DataError) -> [Int64] {
    try read(rows) { (dataset, stored) throws(DataError) in try dataset.readIntegers(stored) }
  }

  /// Strings of `rows`.
  func readStrings(_ rows: Range<Int>) throws(DataError) -> [String] {
    try read(rows) { (dataset, stored) throws(DataError) in try dataset.readStrings(stored) }
  }

  /// Identifiers of `rows`.
  ///
  /// - Throws: `DataError` also for numbers beyond Int64.
  func readIdentifiers(_ rows: Range<Int>) throws(DataError) -> RowIDs {
    if holdsStrings { return .strings(try readStrings(rows)) }
    let values = try readIntegers(rows)
    let canClamp = parts.contains {
      if case .integer(bytes: 8, signed: false, _, _) = $0.dataset.type { true } else { false }
    }
    if canClamp, let row = values.firstIndex(of: Int64.max) {
      let place = place(of: rows.lowerBound + row)
      throw DataError.identifierTooLarge(place.location, row: place.row)
    }
    return .integers(values)
  }

  /// Whether values are strings.
  var holdsStrings: Bool {
    if case .string = parts[0].dataset.type { true } else { false }
  }

  private func read<Value>(
    _ rows: Range<Int>, _ body: (HDF5Dataset, Range<Int>) throws(DataError) -> [Value]
  ) throws(DataError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(rows.count * rowWidth)
    for (part, positions, _) in stretches(of: rows) {
      if let stored = part.contiguousRows(positions) {
        values += try body(part.dataset, stored)
        continue
      }
      let width = part.rowWidth
      for slab in part.slabs(positions) {
        let read = try body(part.dataset, slab.stored)
        for position in slab.positions {
          let at = (part.selection[position] - slab.stored.lowerBound) * width
          values += read[at..<at + width]
        }
      }
    }
    return values
  }
}
