// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Where rows lie that were found by identifier: rows of other columns, in any order, some more
/// than once, some nowhere.
struct RowSources: Sendable {
  /// The number of each row where it lies, -1 where it was not found.
  let rows: [Int]

  /// Float32 that are read before they are put into place.
  private static let batchBytes = 16 << 20

  /// Reads the rows in `range` into `target`, 0 where a row was not found.
  ///
  /// Rows are read in the order in which they lie: slabs where many are wanted, single rows
  /// where few are.
  ///
  /// - Parameters:
  ///   - reader: reads the rows where they lie.
  ///   - isAbsent: as in `ColumnReader.read`.
  func read(
    _ range: Range<Int>, from reader: ColumnReader, into target: MatrixView,
    isAbsent: UnsafeMutablePointer<Bool>?
  ) throws(DataError) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows.count && range.count == target.rowCount,
      "rows \(range) of \(rows.count) into \(target.shape)")
    // Places in the order of their sources; those not found come first.
    let places = range.sorted { (rows[$0], $0) < (rows[$1], $1) }
    let firstFound = places.firstIndex { rows[$0] >= 0 } ?? places.count
    for place in places[..<firstFound] {
      target.row(place - range.lowerBound).update(repeating: 0, count: target.columnCount)
    }
    let found = places[firstFound...]
    let most = max(1, Self.batchBytes / (max(1, target.columnCount) * MemoryLayout<Float>.stride))
    for start in stride(from: found.startIndex, to: found.endIndex, by: most) {
      try read(
        found[start..<min(start + most, found.endIndex)], from: reader, into: target,
        first: range.lowerBound, isAbsent: isAbsent)
    }
  }

  /// Reads `places`, in the order of their sources.
  private func read(
    _ places: ArraySlice<Int>, from reader: ColumnReader, into target: MatrixView, first: Int,
    isAbsent: UnsafeMutablePointer<Bool>?
  ) throws(DataError) {
    // A source that several rows share is read once.
    var wanted: [Int] = []
    var positions: [Int] = []
    for place in places {
      if wanted.last != rows[place] { wanted.append(rows[place]) }
      positions.append(wanted.count - 1)
    }
    let count = wanted.count
    var absent = [Bool](repeating: false, count: count)
    let batch = try absent.withUnsafeMutableBufferPointer { (absent) throws(DataError) in
      try reader.column.keeping(wanted).readMatrix(
        0..<count, threads: reader.threads, isAbsent: absent.baseAddress)
    }
    defer { withExtendedLifetime(batch) {} }
    for (place, position) in zip(places, positions) {
      target.row(place - first).update(from: batch.view.row(position), count: target.columnCount)
      if absent[position] { isAbsent?[place - first] = true }
    }
  }
}
