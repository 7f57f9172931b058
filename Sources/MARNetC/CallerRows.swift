// SPDX-License-Identifier: Apache-2.0

import CMARNet
import MARNet
import MARNetDense

/// Rows in a caller's memory, of any type and strides.
///
/// `@unchecked Sendable`: only read, during the call that was given them.
struct CallerRows: @unchecked Sendable {
  let rowCount: Int
  let columnCount: Int
  private let data: UnsafeRawPointer
  private let type: Int
  private let rowStride: Int
  private let columnStride: Int

  /// - Parameter name: of the matrix, for errors.
  /// - Throws: `ArgumentError` when it can be no matrix.
  init(_ matrix: UnsafePointer<marnet_matrix>?, named name: String) throws {
    guard let matrix = matrix?.pointee else {
      throw ArgumentError("'\(name)' is NULL. Pass a matrix of features.")
    }
    guard (0...2).contains(matrix.type) else {
      throw ArgumentError(
        "'\(name)' has type \(matrix.type) but must be MARNET_FLOAT32, MARNET_FLOAT16 or "
          + "MARNET_BFLOAT16.")
    }
    guard matrix.rows >= 0, matrix.columns > 0, matrix.rows <= Int64(Int32.max),
      matrix.columns <= Int64(Int32.max)
    else {
      throw ArgumentError(
        "'\(name)' has \(matrix.rows) rows of \(matrix.columns) columns: sizes that no matrix has.")
    }
    func extent(_ count: Int64, _ stride: Int64) throws -> Int64 {
      let (steps, overflow) = max(count - 1, 0).multipliedReportingOverflow(by: stride)
      guard !overflow, steps.magnitude < 1 << 60 else {
        throw ArgumentError("'\(name)' has a stride of \(stride), beyond any memory.")
      }
      return steps
    }
    _ = try (extent(matrix.rows, matrix.row_stride), extent(matrix.columns, matrix.column_stride))
    guard let data = matrix.data ?? (matrix.rows == 0 ? UnsafeRawPointer(bitPattern: 64) : nil)
    else { throw ArgumentError("'\(name)' has no data. Pass a pointer to its first value.") }
    self.data = data
    type = Int(matrix.type)
    (rowCount, columnCount) = (Int(matrix.rows), Int(matrix.columns))
    (rowStride, columnStride) = (Int(matrix.row_stride), Int(matrix.column_stride))
  }

  /// The rows where they are; nil where they have to be copied to be read as Float32.
  var view: MatrixView? {
    guard type == Int(MARNET_FLOAT32), columnStride == 1, rowStride >= columnCount,
      UInt(bitPattern: data) % UInt(MemoryLayout<Float>.alignment) == 0
    else { return nil }
    // A view can be written through; whoever scores does not.
    let first = UnsafeMutableRawPointer(mutating: data).assumingMemoryBound(to: Float.self)
    return MatrixView(
      pointer: first, rowCount: rowCount, columnCount: columnCount, stride: rowStride)
  }

  /// The rows in `range` as Float32.
  func matrix(_ range: Range<Int>) -> Matrix {
    Matrix(rowCount: range.count, columnCount: columnCount) { target in
      for (place, row) in range.enumerated() { copy(row, into: target.row(place)) }
    }
  }

  private func copy(_ row: Int, into target: UnsafeMutablePointer<Float>) {
    guard type != Int(MARNET_FLOAT32) else {
      let source = data.assumingMemoryBound(to: Float.self) + row * rowStride
      guard columnStride != 1 else { return target.update(from: source, count: columnCount) }
      for column in 0..<columnCount { target[column] = source[column * columnStride] }
      return
    }
    let source = data.assumingMemoryBound(to: UInt16.self) + row * rowStride
    if columnStride == 1 { return widen(source, into: target, count: columnCount) }
    for column in 0..<columnCount {
      widen(source + column * columnStride, into: target + column, count: 1)
    }
  }

  private func widen(
    _ source: UnsafePointer<UInt16>, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    if type == Int(MARNET_FLOAT16) {
      HalfPrecision.widen(float16: source, into: target, count: count)
    } else {
      HalfPrecision.widen(bfloat16: source, into: target, count: count)
    }
  }
}
