// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A new file that is written from its beginning, without a buffer: for large pieces.
package final class OutputDescriptor {
  private let shownPath: String
  private var descriptor: CInt

  /// - Parameters:
  ///   - path: where nothing may be yet.
  ///   - shownPath: the output that it will be, for errors.
  /// - Throws: `DataError.cannotWrite`.
  package init(creating path: String, shownAs shownPath: String) throws(DataError) {
    self.shownPath = shownPath
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
  }

  /// Writes all of `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
    try writeAll(bytes, to: descriptor, shownAs: shownPath)
  }

  /// Closes the file; some file systems tell only now that it did not fit.
  package func close() throws(DataError) {
    let closing = descriptor
    descriptor = -1
    guard closeDescriptor(closing) == 0 else { throw failure() }
  }

  deinit { if descriptor >= 0 { _ = closeDescriptor(descriptor) } }

  private func failure() -> DataError {
    .cannotWrite(path: shownPath, reason: lastSystemMessage())
  }
}

/// close(2), which a method of the same name hides.
private func closeDescriptor(_ descriptor: CInt) -> CInt { close(descriptor) }
