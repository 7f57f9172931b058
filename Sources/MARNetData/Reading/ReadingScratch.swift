// SPDX-License-Identifier: Apache-2.0

/// The memory of one reading thread, kept from piece to piece.
///
/// `@unchecked Sendable` because only the thread it belongs to touches it.
final class ReadingScratch: @unchecked Sendable {
  /// Values in the stored type.
  let stored = Bytes()
  /// A chunk as it lies in the file.
  let packed = Bytes()
  /// A decompressed chunk whose bytes are still shuffled.
  let shuffled = Bytes()

  /// A block of bytes that grows.
  final class Bytes {
    private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// At least `count` bytes, whose contents are undefined.
    func withCapacity(_ count: Int) -> UnsafeMutableRawPointer {
      if let start = buffer.baseAddress, buffer.count >= count { return start }
      buffer.deallocate()
      let start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 64), alignment: 64)
      buffer = UnsafeMutableRawBufferPointer(start: start, count: max(count, 64))
      return start
    }

    deinit { buffer.deallocate() }
  }
}
