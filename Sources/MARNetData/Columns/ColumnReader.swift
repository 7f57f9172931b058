// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Reads rows of a column of features as Float32.
///
/// Rows that lie side by side go straight from the dataset to where they are wanted. Of
/// others, slabs that cover them are read and the rows picked out: reading stays sequential.
struct ColumnReader {
  let column: Column
  /// Threads at most, the calling one included.
  let threads: Int

  /// Called for every piece when it is in memory, on any thread, with the numbers of its rows
  /// in the column and their values.
  typealias Visit = (_ rows: Range<Int>, _ values: MatrixView) -> Void

  /// Reads `rows` into `target`, `[rows.count, rowWidth]`.
  ///
  /// - Parameter isAbsent: one for every row, set to true for rows that are NaN throughout
  ///   where that marks absence; these become zero in any case.
  func read(
    _ rows: Range<Int>, into target: MatrixView,
    isAbsent: UnsafeMutablePointer<Bool>? = nil, visit: Visit = { _, _ in }
  ) throws(DataError) {
    if let sources = column.sources {
      try sources.read(
        rows, from: ColumnReader(column: column.stored, threads: threads), into: target,
        isAbsent: isAbsent)
      return visit(rows, target)
    }
    for (part, positions, firstRow) in column.stretches(of: rows) {
      let stretch = Stretch(
        part: part, columnOffset: firstRow - positions.lowerBound,
        target: target, targetOffset: firstRow - positions.lowerBound - rows.lowerBound,
        isAbsent: isAbsent, nanMarksAbsence: column.nanMarksAbsence)
      if part.pooledShape == nil, let stored = part.contiguousRows(positions) {
        try read(stored, at: positions, stretch, visit)
      } else {
        try readSlabs(positions, stretch, visit)
      }
    }
  }

  private func read(
    _ stored: Range<Int>, at positions: Range<Int>, _ stretch: Stretch, _ visit: Visit
  ) throws(DataError) {
    let shift = positions.lowerBound - stored.lowerBound
    let reader = FeatureReader(dataset: stretch.part.dataset, threads: threads)
    try reader.read(stored, into: stretch.targetRows(positions)) { rows, values in
      let own = rows.lowerBound + shift..<rows.upperBound + shift
      for position in own {
        stretch.markIfAbsent(position, values.row(position - own.lowerBound), values.columnCount)
      }
      visit(stretch.columnRows(own), values)
    }
  }

  private func readSlabs(
    _ positions: Range<Int>, _ stretch: Stretch, _ visit: Visit
  ) throws(DataError) {
    let slabs = stretch.part.slabs(positions)
    let dataset = stretch.part.dataset
    let largest = slabs.map(\.stored.count).max() ?? 0
    let scratch = Matrix(rowCount: largest, columnCount: dataset.rowWidth) { _ in }
    defer { withExtendedLifetime(scratch) {} }
    let reader = FeatureReader(dataset: dataset, threads: threads)
    for slab in slabs {
      let view = scratch.view.rows(0..<slab.stored.count)
      try reader.read(slab.stored, into: view) { rows, values in
        let wanted = stretch.part.selection.positions(in: rows).clamped(to: slab.positions)
        for position in wanted {
          let stored = stretch.part.selection[position] - rows.lowerBound
          stretch.take(values.row(stored), as: position)
        }
        if !wanted.isEmpty { visit(stretch.columnRows(wanted), stretch.targetRows(wanted)) }
      }
    }
  }
}

/// Where the rows of one part of a column go.
private struct Stretch {
  let part: ColumnPart
  /// What is added to a position in the part to get the row of the column, and of the target.
  let columnOffset: Int
  let target: MatrixView
  let targetOffset: Int
  let isAbsent: UnsafeMutablePointer<Bool>?
  let nanMarksAbsence: Bool

  func columnRows(_ positions: Range<Int>) -> Range<Int> {
    positions.lowerBound + columnOffset..<positions.upperBound + columnOffset
  }

  func targetRows(_ positions: Range<Int>) -> MatrixView {
    target.rows(positions.lowerBound + targetOffset..<positions.upperBound + targetOffset)
  }

  /// Puts the stored values of a row where they belong.
  func take(_ values: UnsafeMutablePointer<Float>, as position: Int) {
    let row = target.row(position + targetOffset)
    guard let (tokens, width) = part.pooledShape, let pooling = part.pooling else {
      row.update(from: values, count: target.columnCount)
      markIfAbsent(position, row, target.columnCount)
      return
    }
    // Absence is told before pooling: one broken token does not make a row absent.
    let used = pooling == .first ? width : tokens * width
    if !markIfAbsent(position, values, used) {
      pooling.pool(values, tokens: tokens, width: width, into: row)
    }
  }

  /// Marks and clears the row if `count` values of it are all NaN.
  @discardableResult
  func markIfAbsent(
    _ position: Int, _ values: UnsafePointer<Float>, _ count: Int
  ) -> Bool {
    guard nanMarksAbsence, (0..<count).allSatisfy({ values[$0].isNaN }) else { return false }
    target.row(position + targetOffset).update(repeating: 0, count: target.columnCount)
    isAbsent?[position + targetOffset] = true
    return true
  }
}

extension Column {
  /// The rows in `rows` as Float32, unchecked; parameters as in `ColumnReader.read`.
  func readMatrix(
    _ rows: Range<Int>, threads: Int, isAbsent: UnsafeMutablePointer<Bool>? = nil,
    visit: ColumnReader.Visit = { _, _ in }
  ) throws(DataError) -> Matrix {
    try Matrix(rowCount: rows.count, columnCount: rowWidth) { (view) throws(DataError) in
      try ColumnReader(column: self, threads: threads).read(
        rows, into: view, isAbsent: isAbsent, visit: visit)
    }
  }
}
