// SPDX-License-Identifier: Apache-2.0

/// A window on Float32 rows owned by someone else: pointer, shape and row stride.
///
/// It neither retains nor checks; the owner (a `Matrix`, a `Workspace`, a
/// parameter block) outlives it. `@unchecked Sendable` because workers are
/// handed disjoint rows or read-only data.
package struct MatrixView: @unchecked Sendable, Equatable {
  package let pointer: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let columnCount: Int
  /// Distance between the starts of two rows, in elements; at least `columnCount`.
  package let stride: Int

  package init(
    pointer: UnsafeMutablePointer<Float>, rowCount: Int, columnCount: Int, stride: Int? = nil
  ) {
    self.pointer = pointer
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.stride = stride ?? columnCount
  }

  package var shape: String { "[\(rowCount), \(columnCount)]" }

  @inline(__always)
  package func row(_ index: Int) -> UnsafeMutablePointer<Float> { pointer + index * stride }

  /// The rows in `range`, same columns.
  @inline(__always)
  package func rows(_ range: Range<Int>) -> MatrixView {
    MatrixView(
      pointer: row(range.lowerBound), rowCount: range.count, columnCount: columnCount,
      stride: stride)
  }

  /// The columns in `range`, same rows.
  @inline(__always)
  package func columns(_ range: Range<Int>) -> MatrixView {
    MatrixView(
      pointer: pointer + range.lowerBound, rowCount: rowCount, columnCount: range.count,
      stride: stride)
  }

  package func fill(_ value: Float) {
    for index in 0..<rowCount { row(index).update(repeating: value, count: columnCount) }
  }

  package func copy(from other: MatrixView) {
    precondition(
      rowCount == other.rowCount && columnCount == other.columnCount,
      "copy needs equal shapes; got \(shape) and \(other.shape)")
    for index in 0..<rowCount { row(index).update(from: other.row(index), count: columnCount) }
  }

  /// A matrix of its own with the same elements.
  package func matrix() -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: columnCount)
    result.mutableView().copy(from: self)
    return result
  }
}
