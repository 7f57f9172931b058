// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Turns the stored values of a features dataset into Float32: byte order, then type.
struct FloatDecoding: Sendable {
  let format: FeatureType
  let bigEndian: Bool

  /// - Precondition: a dataset of floating-point numbers.
  init(_ dataset: HDF5Dataset) {
    guard case .float(let format, let bigEndian) = dataset.type else {
      preconditionFailure("\(dataset.location) holds \(dataset.type.name), not floats")
    }
    self.format = format
    self.bigEndian = bigEndian
  }

  /// Decodes rows that lie side by side in `stored`.
  ///
  /// - Parameters:
  ///   - stored: `[rows, width]` in the stored type; its byte order may be changed.
  ///   - width: values of a stored row; those beyond the columns of `target` are left out.
  ///   - target: `[rows, columns]`.
  func decode(
    _ stored: UnsafeMutableRawPointer, width: Int? = nil, into target: MatrixView
  ) {
    let width = width ?? target.columnCount
    if bigEndian { swapBytes(of: stored, count: target.rowCount * width) }
    if width == target.columnCount && target.stride == width {
      convert(stored, into: target.pointer, count: target.rowCount * width)
      return
    }
    // Pointers are moved here: a row of a chunk may have some twenty values, and calls into
    // the other module would cost as much as converting them.
    var (source, row) = (stored, target.pointer)
    for _ in 0..<target.rowCount {
      convert(source, into: row, count: target.columnCount)
      source += width * format.byteCount
      row += target.stride
    }
  }

  /// Decodes float32 values that were read straight into `target`.
  func decodeInPlace(_ target: MatrixView) {
    precondition(format == .float32, "\(format) has another size than the values in memory")
    if bigEndian { swapBytes(of: target.pointer, count: target.rowCount * target.columnCount) }
  }

  private func convert(
    _ stored: UnsafeMutableRawPointer, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch format {
    case .float16:
      HalfPrecision.widen(
        float16: stored.assumingMemoryBound(to: UInt16.self), into: target, count: count)
    case .bfloat16:
      HalfPrecision.widen(
        bfloat16: stored.assumingMemoryBound(to: UInt16.self), into: target, count: count)
    case .float32:
      target.update(from: stored.assumingMemoryBound(to: Float.self), count: count)
    case .float64:
      let doubles = stored.assumingMemoryBound(to: Double.self)
      for index in 0..<count { target[index] = Float(doubles[index]) }
    }
  }

  private func swapBytes(of pointer: UnsafeMutableRawPointer, count: Int) {
    switch format {
    case .float16, .bfloat16: swapBytes(of: pointer, count: count, as: UInt16.self)
    case .float32: swapBytes(of: pointer, count: count, as: UInt32.self)
    case .float64: swapBytes(of: pointer, count: count, as: UInt64.self)
    }
  }

  private func swapBytes<Word: FixedWidthInteger>(
    of pointer: UnsafeMutableRawPointer, count: Int, as word: Word.Type
  ) {
    let words = pointer.assumingMemoryBound(to: Word.self)
    for index in 0..<count { words[index] = words[index].byteSwapped }
  }
}
