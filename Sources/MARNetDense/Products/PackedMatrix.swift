// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// The right operand of a product, `[k, n]`, in the order in which a kernel reads it and in
/// the kernel's type. Packed once, it serves any number of products.
///
/// It is `@unchecked Sendable`: workers pack disjoint parts, and a barrier stands between
/// packing and multiplying.
package struct PackedMatrix: @unchecked Sendable {
  /// k.
  package let innerCount: Int
  /// n.
  package let columnCount: Int
  package let kernel: ProductKernel
  private let panels: AlignedBuffer

  /// Memory for `[innerCount, columnCount]`; the contents come from `pack`.
  package init(innerCount: Int, columnCount: Int, kernel: ProductKernel) {
    self.innerCount = innerCount
    self.columnCount = columnCount
    self.kernel = kernel
    panels = AlignedBuffer(
      count: marnet_product_panel_count(kernel.table, innerCount, columnCount))
  }

  package init(innerCount: Int, columnCount: Int, precision: Precision) {
    self.init(
      innerCount: innerCount, columnCount: columnCount, kernel: .kernel(for: precision))
  }

  private init(sharing other: PackedMatrix, innerCount: Int, columnCount: Int) {
    self.innerCount = innerCount
    self.columnCount = columnCount
    kernel = other.kernel
    panels = other.panels
  }

  /// The same memory for a smaller operand, which is then to be packed.
  package func resized(innerCount: Int, columnCount: Int) -> PackedMatrix {
    precondition(
      innerCount <= self.innerCount && columnCount <= self.columnCount,
      "[\(innerCount), \(columnCount)] in memory for [\(self.innerCount), \(self.columnCount)]")
    return PackedMatrix(sharing: self, innerCount: innerCount, columnCount: columnCount)
  }

  /// How a source holds the operand.
  package enum Source: Sendable {
    /// `[k, n]`.
    case straight
    /// `[n, k]`: products are then those of rows with rows.
    case transposed
  }

  /// Writes all of the operand from `source`.
  package func pack(_ source: MatrixView, _ kind: Source) {
    let (k, n) =
      kind == .straight
      ? (source.rowCount, source.columnCount) : (source.columnCount, source.rowCount)
    precondition(
      k == innerCount && n == columnCount,
      "an operand [\(innerCount), \(columnCount)] cannot be packed from \(source.shape)")
    packRows(0..<source.rowCount, of: source, kind)
  }

  /// Writes the part of the operand that stands in `rows` of `source`, which begin and end at
  /// multiples of `ProductKernel.cutMultiple` (or end with the source).
  package func packRows(_ rows: Range<Int>, of source: MatrixView, _ kind: Source) {
    pack(source.rows(rows), at: rows.lowerBound, kind)
  }

  /// Writes the part of the operand that `rows` are, which stand from `first` on in the whole:
  /// as for `packRows`.
  package func pack(_ rows: MatrixView, at first: Int, _ kind: Source) {
    guard rows.rowCount > 0 else { return }
    precondition(
      first % (kind == .straight ? kernel.table.pointee.unit_width : kernel.columnMultiple) == 0,
      "packed rows begin at \(first)")
    switch kind {
    case .straight:
      kernel.table.pointee.pack(
        rows.pointer, rows.stride, 0, innerCount, first, rows.rowCount, 0, columnCount,
        panels.pointer)
    case .transposed:
      kernel.table.pointee.pack(
        rows.pointer, rows.stride, 1, innerCount, 0, innerCount, first, rows.rowCount,
        panels.pointer)
    }
  }

  /// `result = left · self` (plus `result` if `accumulate`) for some columns of self, which
  /// begin at a multiple of `ProductKernel.cutMultiple`: left `[m, k]`, result `[m, columns]`.
  ///
  /// A left operand with fewer columns meets the first rows of self only: columns that are
  /// constant need no place in it.
  package func multiply(
    _ left: MatrixView, columns: Range<Int>? = nil, into result: MatrixView,
    accumulate: Bool = false
  ) {
    run(left, transposed: false, columns, result, accumulate)
  }

  /// `result = leftᵀ · self` for some columns of self: left `[k, m]`, result `[m, columns]`.
  package func multiplyTransposed(
    _ left: MatrixView, columns: Range<Int>? = nil, into result: MatrixView,
    accumulate: Bool = false
  ) {
    run(left, transposed: true, columns, result, accumulate)
  }

  private func run(
    _ left: MatrixView, transposed: Bool, _ columns: Range<Int>?, _ result: MatrixView,
    _ accumulate: Bool
  ) {
    let columns = columns ?? 0..<columnCount
    let (m, depth) =
      transposed ? (left.columnCount, left.rowCount) : (left.rowCount, left.columnCount)
    precondition(
      depth <= innerCount && result.rowCount == m && result.columnCount == columns.count
        && columns.upperBound <= columnCount && columns.lowerBound % kernel.columnMultiple == 0,
      "[m, k] [k, n] -> [m, n] got [\(m), \(depth)] [\(innerCount), \(columns)] -> \(result.shape)")
    guard m > 0, !columns.isEmpty else { return }
    guard depth > 0 else {
      if !accumulate { result.fill(0) }
      return
    }
    kernel.table.pointee.multiply(
      left.pointer, left.stride, transposed ? 1 : 0, m, depth, panels.pointer, innerCount,
      columns.lowerBound, columns.count, result.pointer, result.stride, accumulate ? 1 : 0)
  }
}
