// SPDX-License-Identifier: Apache-2.0

/// Copies text out into a caller's buffer of bytes.
enum CallerBuffer {
  /// - Parameters:
  ///   - buffer: receives the text and a final 0; nothing where it is too small or NULL.
  ///   - needed: receives the bytes with the final 0.
  /// - Throws: `ArgumentError` when neither is given, or the size is below 0.
  static func copy(
    _ text: String, into buffer: UnsafeMutablePointer<CChar>?, size: Int64,
    needed: UnsafeMutablePointer<Int64>?
  ) throws {
    guard size >= 0 else { throw ArgumentError("the buffer's size is \(size).") }
    guard buffer != nil || needed != nil else {
      throw ArgumentError("there is neither a buffer nor a place for the size that one needs.")
    }
    let bytes = text.utf8CString
    needed?.pointee = Int64(bytes.count)
    guard let buffer else { return }
    guard bytes.count <= size else {
      guard needed == nil else { return }
      throw ArgumentError("the buffer has \(size) bytes but \(bytes.count) are needed.")
    }
    bytes.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { buffer.update(from: base, count: source.count) }
    }
  }
}
