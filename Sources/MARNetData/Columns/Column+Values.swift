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
