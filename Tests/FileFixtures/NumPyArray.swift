// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The parts of a .npy array, also of one that is wrong.
package struct NumPyArray {
  /// The text of the header, without padding.
  package var header: String
  package var version: [UInt8] = [1, 0]
  /// What stands behind the header.
  package var payload: [UInt8]

  /// An array of `shape` whose values are `payload`.
  package init(type: String = "<f4", order: String = "False", shape: String, payload: [UInt8] = [])
  {
    header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
    self.payload = payload
  }

  /// `rows` as float32.
  package init(_ rows: Matrix) {
    self.init(
      shape: "(\(rows.rowCount), \(rows.columnCount))", payload: Self.payload(rows.values))
  }

  /// All of it; the header ends as NumPy ends it.
  package var bytes: [UInt8] {
    let lengthBytes = version[0] == 1 ? 2 : 4
    let unpadded = 8 + lengthBytes + header.utf8.count + 1
    let text = header + String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = (0..<lengthBytes).map { UInt8(text.utf8.count >> (8 * $0) & 0xFF) }
    return [0x93] + "NUMPY".utf8 + version + length + text.utf8 + payload
  }

  /// Values as they lie in memory, little-endian.
  package static func payload<Value: BitwiseCopyable>(_ values: [Value]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }
}
