// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// One pass over the values of a column of features, block by block.
struct FeatureScan {
  /// Different rows, by a 64-bit hash of their values.
  private(set) var vectors: Set<UInt64> = []
  /// Rows that also stand in `known`.
  private(set) var knownRows = 0
  /// Rows that are not finite.
  private(set) var nonFiniteRows = 0
  /// The error that the first of them means.
  private(set) var problem: DataError?

  /// Rows in memory at a time, about.
  private static let blockRows = 8192

  /// What is known of each row of a block, filled in piece by piece from several threads.
  private struct Rows {
    var hashes: [UInt64]
    var areFinite: [Bool]

    init(count: Int) {
      hashes = [UInt64](repeating: 0, count: count)
      areFinite = [Bool](repeating: true, count: count)
    }
  }

  /// Scans `column`, all rows or those where `present` is true.
  init(
    _ column: Column, threads: Int, present: [Bool]? = nil, known: Set<UInt64> = []
  ) throws(DataError) {
    // One block serves for all: new memory would cost as much as reading into it.
    let blockRows = min(column.wholeChunks(of: Self.blockRows), column.rowCount)
    var block = Matrix(rowCount: blockRows, columnCount: column.rowWidth)
    let view = block.mutableView()
    var found = Rows(count: blockRows)
    for start in stride(from: 0, to: column.rowCount, by: max(1, blockRows)) {
      let rows = start..<min(column.rowCount, start + blockRows)
      try Self.read(rows, of: column, threads: threads, into: view, &found)
      for row in rows where present?[row] ?? true {
        let hash = found.hashes[row - start]
        vectors.insert(hash)
        if known.contains(hash) { knownRows += 1 }
        guard !found.areFinite[row - start] else { continue }
        nonFiniteRows += 1
        problem =
          problem
          ?? FiniteCheck.error(
            view, row: row - start, badRows: 0, column: column, firstRow: start)
      }
    }
    if case .nonFinite(let location, let row, let place, let value, _, _)? = problem {
      problem = .nonFinite(
        location, row: row, column: place, value: value, badRows: nonFiniteRows,
        rows: column.rowCount)
    }
    withExtendedLifetime(block) {}
  }

  private static func read(
    _ rows: Range<Int>, of column: Column, threads: Int, into block: MatrixView,
    _ found: inout Rows
  ) throws(DataError) {
    try found.hashes.withUnsafeMutableBufferPointer { (hashes) throws(DataError) in
      try found.areFinite.withUnsafeMutableBufferPointer { (areFinite) throws(DataError) in
        guard let hashes = hashes.baseAddress, let areFinite = areFinite.baseAddress else { return }
        let reader = ColumnReader(column: column, threads: threads)
        try reader.read(
          rows, into: block.rows(0..<rows.count),
          visit: { piece, values in
            let first = piece.lowerBound - rows.lowerBound
            RandomKey.contentRows(values, into: hashes + first)
            for row in 0..<values.rowCount {
              areFinite[first + row] = FiniteCheck.isFinite(
                values.row(row), count: values.columnCount)
            }
          })
      }
    }
  }
}
