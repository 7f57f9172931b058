// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Unit rows of one modality, `[n, d]`, and the same as right operands of products.
struct PackedUnitRows: @unchecked Sendable {
  let rows: UnitRows
  /// `[d, n]`: similarities with every row.
  let byRows: PackedMatrix
  /// `[n, d]`: weighted sums of rows.
  let byColumns: PackedMatrix

  var unit: MatrixView { rows.unit }

  init(_ rows: UnitRows, precision: Precision) {
    let (count, width) = (rows.unit.rowCount, rows.unit.columnCount)
    self.rows = rows
    byRows = PackedMatrix(innerCount: width, columnCount: count, precision: precision)
    byColumns = PackedMatrix(innerCount: count, columnCount: width, precision: precision)
  }

  private init(_ rows: UnitRows, _ byRows: PackedMatrix, _ byColumns: PackedMatrix) {
    self.rows = rows
    self.byRows = byRows
    self.byColumns = byColumns
  }

  /// The first `count` rows, of the same memory.
  func first(_ count: Int) -> PackedUnitRows {
    let width = unit.columnCount
    return PackedUnitRows(
      rows.first(count), byRows.resized(innerCount: width, columnCount: count),
      byColumns.resized(innerCount: count, columnCount: width))
  }

  /// Normalises and packs a block of rows of `x`.
  func normalise(_ x: MatrixView, _ range: Range<Int>) {
    rows.normalise(x, range)
    byRows.packRows(range, of: unit, .transposed)
    byColumns.packRows(range, of: unit, .straight)
  }

  /// See `UnitRows.propagate`.
  func propagate(_ gradient: MatrixView, _ range: Range<Int>) { rows.propagate(gradient, range) }
}
