// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension HDF5Dataset {
  /// Writes `matrix` into the rows in `range`, converted to the type of the dataset.
  ///
  /// - Throws: `DataError` for a finite value that becomes infinite in that type.
  func writeFloats(_ range: Range<Int>, _ matrix: Matrix) throws(DataError) {
    precondition(
      matrix.rowCount == range.count && matrix.columnCount == rowWidth,
      "[\(matrix.rowCount), \(matrix.columnCount)] for rows \(range) of width \(rowWidth)")
    guard case .float(let format, false) = type else {
      preconditionFailure("\(location) holds \(type.name)")
    }
    try matrix.withUnsafeBufferPointer { (values) throws(DataError) in
      guard let base = values.baseAddress else { return }
      switch format {
      case .float32:
        try writeRows(range, from: base)
      case .float64:
        try writeRows(range, from: values.map { Double($0) })
      case .float16, .bfloat16:
        var halves = [UInt16](repeating: 0, count: values.count)
        if format == .float16 {
          HalfPrecision.narrow(base, into: &halves, count: values.count)
        } else {
          for index in 0..<values.count { halves[index] = bfloat16(values[index]) }
        }
        try requireFinite(halves, from: values, format: format, range: range)
        try writeRows(range, from: halves)
      case .int8, .uint8:
        preconditionFailure("\(format.rawValue) features are read, never written")
      }
    }
  }

  private func requireFinite(
    _ halves: [UInt16], from values: UnsafeBufferPointer<Float>, format: FeatureType,
    range: Range<Int>
  ) throws(DataError) {
    let exponent: UInt16 = format == .float16 ? 0x7C00 : 0x7F80
    for (index, half) in halves.enumerated()
    where half & exponent == exponent && values[index].isFinite {
      throw DataError.outsideTypeRange(
        location, row: range.lowerBound + index / rowWidth, value: values[index], type: format)
    }
  }
}

/// The upper half of a float32, rounded to nearest even.
private func bfloat16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(bits >> 16) | 0x40 }
  return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}
