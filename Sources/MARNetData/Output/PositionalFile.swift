// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file whose bytes are written at given places.
final class PositionalFile {
  private let descriptor: CInt
  private let shownPath: String

  /// - Parameters:
  ///   - path: of a file that is there.
  ///   - shownPath: stands in errors.
  init(path: String, shownAs shownPath: String) throws(DataError) {
    self.shownPath = shownPath
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
  }

  deinit { close(descriptor) }

  /// Writes all of `bytes` from the byte `offset` on.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DataError) {
    var start = 0
    while start < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + start))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure() }
      start += written
    }
  }

  func flushToDisk() throws(DataError) {
    guard fsync(descriptor) == 0 else { throw failure() }
  }

  private func failure() -> DataError {
    .cannotWrite(path: shownPath, reason: lastSystemMessage())
  }
}
