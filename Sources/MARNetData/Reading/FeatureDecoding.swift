// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Turns the stored values of a features dataset into Float32: byte order, then type, then
/// the scale of quantised values.
struct FeatureDecoding: Sendable {
  let format: FeatureType
  private let bigEndian: Bool
  /// Of quantised features alone.
  private let scaling: ColumnScaling?

  /// - Precondition: a dataset that has passed `DatasetCheck.features`.
  /// - Throws: `DataError` when the scale cannot be read any more.
  init(_ dataset: HDF5Dataset) throws(DataError) {
    format = dataset.featureType
    if case .float(_, let bigEndian) = dataset.type {
      self.bigEndian = bigEndian
      scaling = nil
    } else {
      bigEndian = false
      scaling = try ColumnScaling(dataset)
    }
  }

  /// Values of `type`, one of `FeatureType.writable`, without a scale.
  init(_ type: FeatureType, bigEndian: Bool) {
    format = type
    self.bigEndian = bigEndian
    scaling = nil
  }

  /// Decodes rows that lie side by side in `stored`.
  ///
  /// - Parameters:
  ///   - stored: `[rows, width]` in the stored type; its byte order may be changed.
  ///   - width: values of a stored row; those beyond the columns of `target` are left out.
  ///   - firstColumn: the column of the dataset in which a stored row begins.
  ///   - target: `[rows, columns]`.
  func decode(
    _ stored: UnsafeMutableRawPointer, width: Int? = nil, firstColumn: Int = 0,
    into target: MatrixView
  ) {
    let width = width ?? target.columnCount
    if let scaling {
      scaling.decode(
        stored, width: width, signed: format == .int8, firstColumn: firstColumn, into: target)
      return
    }
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
    case .int8, .uint8:
      preconditionFailure("quantised values are decoded with their scale")
    }
  }

  private func swapBytes(of pointer: UnsafeMutableRawPointer, count: Int) {
    switch format {
    case .int8, .uint8: break
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

extension StoredType {
  /// What features of this type are; nil where they cannot be features. Bytes are where a
  /// scale comes with them.
  var featureType: FeatureType? {
    switch self {
    case .float(let type, _): type
    case .integer(bytes: 1, let signed, _, kind: .number): signed ? .int8 : .uint8
    default: nil
    }
  }
}
