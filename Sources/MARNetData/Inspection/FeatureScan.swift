// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// One pass over the values of a features dataset, block by block.
struct FeatureScan {
  /// Different rows, by a 64-bit hash of their values.
  private(set) var vectors: Set<UInt64> = []
  /// Rows that also stand in `known`.
  private(set) var knownRows = 0
  /// Rows that are not finite.
  private(set) var nonFiniteRows = 0
  /// The error that the first of them means.
  private(set) var problem: DataError?

  private static let blockRows = 4096

  /// Scans `dataset`, all rows or those where `present` is true.
  init(
    _ dataset: HDF5Dataset, present: [Bool]? = nil, known: Set<UInt64> = []
  ) throws(DataError) {
    for start in stride(from: 0, to: dataset.rowCount, by: Self.blockRows) {
      let rows = start..<min(dataset.rowCount, start + Self.blockRows)
      var block = try dataset.readMatrix(rows)
      let view = block.mutableView()
      for row in rows where present?[row] ?? true {
        let values = UnsafeBufferPointer(
          start: view.row(row - start), count: view.columnCount)
        let hash = RandomKey.contentRow(values)
        vectors.insert(hash)
        if known.contains(hash) { knownRows += 1 }
        guard let column = values.firstIndex(where: { !$0.isFinite }) else { continue }
        nonFiniteRows += 1
        problem =
          problem
          ?? .nonFinite(
            dataset.location, row: row, column: column, value: "\(values[column])", badRows: 0,
            rows: dataset.rowCount)
      }
    }
    if case .nonFinite(let location, let row, let column, let value, _, let rows)? = problem {
      problem = .nonFinite(
        location, row: row, column: column, value: value, badRows: nonFiniteRows, rows: rows)
    }
  }
}
