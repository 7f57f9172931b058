// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A lock on an output: of two runs that would write the same, the second is told so.
///
/// The system releases it with the process, however that ends. Where a file system knows no locks
/// (some network ones), nobody is kept out.
package final class FileLock {
  private let path: String
  private let descriptor: CInt

  /// - Parameters:
  ///   - path: of the file to lock; made where it is missing, and left there.
  ///   - shownPath: the output that it stands for, for errors.
  /// - Throws: `DataError.cannotWrite` when somebody holds the lock, or the file cannot be made.
  package init(path: String, shownAs shownPath: String) throws(DataError) {
    self.path = path
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw DataError.cannotWrite(path: shownPath, reason: lastSystemMessage())
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        close(descriptor)
        throw DataError.cannotWrite(path: shownPath, reason: "another run is writing it")
      }
      // Whoever held it before may have removed the file since it was opened here.
      if Self.isFile(descriptor, at: path) {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  /// Removes the file while it is still locked.
  package func removeFile() { unlink(path) }

  deinit { close(descriptor) }

  private static func isFile(_ descriptor: CInt, at path: String) -> Bool {
    var opened = stat()
    var found = stat()
    return fstat(descriptor, &opened) == 0 && stat(path, &found) == 0
      && opened.st_dev == found.st_dev && opened.st_ino == found.st_ino
  }
}
