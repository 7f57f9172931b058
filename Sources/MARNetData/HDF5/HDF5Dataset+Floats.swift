// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension HDF5Dataset {
  /// Bytes of one read when values must be converted.
  private static let slabBytes = 8 << 20

  /// Reads the rows in `range` as Float32 into `target`, `[range.count, rowWidth]`.
  ///
  /// The stored type is read in slabs of whole rows and converted here.
  func readFloats(
    _ range: Range<Int>, into target: UnsafeMutablePointer<Float>
  ) throws(DataError) {
    guard case .float(let format, let bigEndian) = type else {
      preconditionFailure("\(location) holds \(type.name), not floating-point numbers")
    }
    guard !range.isEmpty && rowWidth > 0 else { return }
    if format == .float32 {
      try readRows(range, into: target)
      if bigEndian { swapBytes(of: target, count: range.count * rowWidth, as: UInt32.self) }
      return
    }
    let rowBytes = rowWidth * format.byteCount
    let slabRows = slabRowCount(rowBytes: rowBytes, most: range.count)
    let slab = UnsafeMutableRawPointer.allocate(byteCount: slabRows * rowBytes, alignment: 64)
    defer { slab.deallocate() }
    var row = range.lowerBound
    while row < range.upperBound {
      // Slabs end where chunks end, so that no chunk is decompressed twice.
      let end = min(range.upperBound, (row / slabRows + 1) * slabRows)
      try readRows(row..<end, into: slab)
      convert(
        slab, into: target + (row - range.lowerBound) * rowWidth, count: (end - row) * rowWidth,
        format: format, bigEndian: bigEndian)
      row = end
    }
  }

  private func slabRowCount(rowBytes: Int, most: Int) -> Int {
    let wanted = max(1, Self.slabBytes / rowBytes)
    guard let chunkRows = storage.chunkShape?.first, chunkRows > 0 else {
      return min(wanted, most)
    }
    return min((wanted + chunkRows - 1) / chunkRows * chunkRows, most)
  }
}

private func convert(
  _ slab: UnsafeMutableRawPointer, into target: UnsafeMutablePointer<Float>, count: Int,
  format: FeatureType, bigEndian: Bool
) {
  switch format {
  case .float16, .bfloat16:
    let halves = slab.assumingMemoryBound(to: UInt16.self)
    if bigEndian { swapBytes(of: halves, count: count, as: UInt16.self) }
    if format == .float16 {
      HalfPrecision.widen(float16: halves, into: target, count: count)
    } else {
      HalfPrecision.widen(bfloat16: halves, into: target, count: count)
    }
  case .float32:
    preconditionFailure("float32 is read without conversion")
  case .float64:
    if bigEndian { swapBytes(of: slab, count: count, as: UInt64.self) }
    let doubles = slab.assumingMemoryBound(to: Double.self)
    for index in 0..<count { target[index] = Float(doubles[index]) }
  }
}

private func swapBytes<Word: FixedWidthInteger>(
  of pointer: UnsafeMutableRawPointer, count: Int, as word: Word.Type
) {
  let words = pointer.assumingMemoryBound(to: Word.self)
  for index in 0..<count { words[index] = words[index].byteSwapped }
}
