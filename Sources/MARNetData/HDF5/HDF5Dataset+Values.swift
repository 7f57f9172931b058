// SPDX-License-Identifier: Apache-2.0

import CHDF5

extension HDF5Dataset {
  /// Reads integers of any size, sign and byte order; unsigned values beyond
  /// Int64 become its largest value.
  func readIntegers(_ rows: Range<Int>) throws(DataError) -> [Int64] {
    guard case .integer(let bytes, let signed, let bigEndian, _) = type else {
      preconditionFailure("\(location) holds \(type.name), not integers")
    }
    return try withStoredRows(rows, valueBytes: bytes) { raw, count in
      (0..<count).map { index in
        var word: UInt64 = 0
        for byte in 0..<bytes {
          let at = bigEndian ? byte : bytes - 1 - byte
          word = word << 8 | UInt64(raw[index * bytes + at])
        }
        guard signed else { return Int64(clamping: word) }
        let unused = UInt64(64 - bytes * 8)
        return Int64(bitPattern: word << unused) >> Int64(unused)
      }
    }
  }

  /// Reads strings, without their padding.
  func readStrings(_ rows: Range<Int>) throws(DataError) -> [String] {
    guard case .string(let length, let padding) = type else {
      preconditionFailure("\(location) holds \(type.name), not strings")
    }
    guard let length else { return try readVariableStrings(rows) }
    return try withStoredRows(rows, valueBytes: length) { raw, count in
      (0..<count).map { index in
        var bytes = raw[index * length..<(index + 1) * length]
        if let end = bytes.firstIndex(of: 0) { bytes = bytes[..<end] }
        if padding == .space {
          while bytes.last == UInt8(ascii: " ") { bytes = bytes.dropLast() }
        }
        return String(decoding: bytes, as: UTF8.self)
      }
    }
  }

  private func readVariableStrings(_ rows: Range<Int>) throws(DataError) -> [String] {
    guard !rows.isEmpty else { return [] }
    let pointerBytes = MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
    let memory = StringMemory(byteCount: stringBytes)
    defer { withExtendedLifetime(memory) {} }
    return try withStoredRows(rows, valueBytes: pointerBytes, transfer: memory.transfer) {
      raw, count in
      guard let base = raw.baseAddress else { return [] }
      let pointers = UnsafeBufferPointer(
        start: UnsafeRawPointer(base).assumingMemoryBound(to: UnsafePointer<CChar>?.self),
        count: count)
      return pointers.map { $0.map { String(cString: $0) } ?? "" }
    }
  }

  /// Bytes of all strings at most: each has its own place in the file. Those of other files are
  /// only kept from filling the memory.
  private var stringBytes: Int {
    isForeign ? 1 << 30 : ClaimedSize.fileBytes(location.path) + rowCount * max(1, rowWidth) + 4096
  }

  /// Calls `body` with the stored bytes of `rows` and the number of values.
  private func withStoredRows<Result>(
    _ rows: Range<Int>, valueBytes: Int, transfer: HDF5Handle? = nil,
    _ body: (UnsafeRawBufferPointer, Int) -> Result
  ) throws(DataError) -> Result {
    let count = rows.count * rowWidth
    let raw = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * valueBytes, alignment: 16)
    defer { raw.deallocate() }
    _ = raw.initializeMemory(as: UInt8.self, repeating: 0)
    if let base = raw.baseAddress { try readRows(rows, into: base, transfer: transfer) }
    return body(UnsafeRawBufferPointer(raw), count)
  }
}
