// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Rows as training reads them while they stay in their file.
enum StreamedRows {
  /// Whether single rows in a scattered order, a selection kept in memory in the stored type,
  /// and slabs of neighbours are those of `whole`, bit for bit.
  static func matches(_ rows: FileRows, _ whole: Matrix) throws -> Bool {
    let count = whole.rowCount
    func bits(_ values: some Sequence<Float>) -> [UInt32] { values.map(\.bitPattern) }
    guard rows.rowCount == count, rows.width == whole.columnCount else { return false }
    for step in 0..<40 {
      let row = step * 7_919 % count
      let read = try Matrix(rowCount: 1, columnCount: rows.width) {
        try rows.read(row..<row + 1, into: $0)
      }
      if bits(read.values) != bits(whole.row(row)) { return false }
    }
    let some = (0..<count).filter { $0 % 3 == 1 || $0 > count - 5 }
    let stored = try rows.stored(at: some)
    let kept = Matrix(rowCount: some.count, columnCount: rows.width) {
      stored.read(0..<some.count, into: $0)
    }
    if bits(kept.values) != bits(whole.rows(at: some).values) { return false }
    for first in stride(from: 0, to: count, by: 97).reversed() {
      let slab = first..<min(first + 97, count)
      let read = try Matrix(rowCount: slab.count, columnCount: rows.width) {
        try rows.read(slab, into: $0)
      }
      if bits(read.values) != bits(whole.rows(at: Array(slab)).values) { return false }
    }
    return true
  }
}
