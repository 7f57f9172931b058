// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Rows of one modality in memory, in the type in which their file stores them: half the
/// memory for half precision, and exactly the same values.
///
/// `@unchecked Sendable`: rows are stored before it is shared, or by one owner while nobody
/// reads them.
package final class StoredRows: FeatureRows, @unchecked Sendable {
  package let rowCount: Int
  package let width: Int
  package let storedType: FeatureType
  package let chunkRows: Int
  private let storage: AlignedBuffer?
  /// Rows that somebody else holds.
  private let matrix: Matrix?
  private let floats: UnsafeMutablePointer<Float>
  private let halves: UnsafeMutablePointer<UInt16>

  /// Memory for rows that `store` writes.
  ///
  /// - Parameter type: other types than the 16-bit floats are kept as Float32.
  package init(rowCount: Int, width: Int, type: FeatureType, chunkRows: Int = 1) {
    self.rowCount = rowCount
    self.width = width
    self.chunkRows = chunkRows
    storedType = type.inMemory
    let storage = AlignedBuffer(
      count: storedType.byteCount == 2 ? (rowCount * width + 1) / 2 : rowCount * width, zeroed: true
    )
    self.storage = storage
    matrix = nil
    floats = storage.pointer
    halves = UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: UInt16.self)
  }

  /// The rows of `matrix`, which is shared, not copied.
  package init(_ matrix: Matrix) {
    rowCount = matrix.rowCount
    width = matrix.columnCount
    chunkRows = 1
    storedType = .float32
    storage = nil
    self.matrix = matrix
    floats = matrix.view.pointer
    halves = UnsafeMutableRawPointer(floats).assumingMemoryBound(to: UInt16.self)
  }

  /// Writes `values`, `[n, width]`, into the rows from `first` on.
  ///
  /// - Precondition: the stored type holds them exactly, as it does what was read from it.
  package func store(_ values: MatrixView, at first: Int) {
    precondition(
      values.columnCount == width && first >= 0 && first + values.rowCount <= rowCount,
      "\(values.shape) stored at row \(first) of [\(rowCount), \(width)]")
    for row in 0..<values.rowCount {
      let (source, offset) = (values.row(row), (first + row) * width)
      switch storedType {
      case .float16: HalfPrecision.narrow(source, into: halves + offset, count: width)
      case .bfloat16:
        for column in 0..<width {
          halves[offset + column] = UInt16(source[column].bitPattern >> 16)
        }
      default: (floats + offset).update(from: source, count: width)
      }
    }
  }

  /// Copies row `row` into `target`, `[width]`.
  @inline(__always)
  package func copy(_ row: Int, into target: UnsafeMutablePointer<Float>) {
    let offset = row * width
    switch storedType {
    case .float16: HalfPrecision.widen(float16: halves + offset, into: target, count: width)
    case .bfloat16: HalfPrecision.widen(bfloat16: halves + offset, into: target, count: width)
    default: target.update(from: floats + offset, count: width)
    }
  }

  /// Bytes of the rows as they are stored, one after the other.
  package var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(floats), count: rowCount * width * storedType.byteCount)
  }

  package func read(_ range: Range<Int>, into target: MatrixView) {
    for (place, row) in range.enumerated() { copy(row, into: target.row(place)) }
  }

  /// The rows at `rows`, in any order.
  package func stored(at rows: [Int]?) -> StoredRows {
    guard let rows else { return self }
    let result = StoredRows(rowCount: rows.count, width: width, type: storedType)
    let line = AlignedBuffer(count: width)
    let view = MatrixView(pointer: line.pointer, rowCount: 1, columnCount: width)
    for (place, row) in rows.enumerated() {
      copy(row, into: line.pointer)
      result.store(view, at: place)
    }
    return result
  }
}

extension FeatureType {
  /// The type in which memory keeps values of this one: 16-bit floats as they are, all others
  /// as Float32.
  package var inMemory: FeatureType {
    self == .float16 || self == .bfloat16 ? self : .float32
  }
}
