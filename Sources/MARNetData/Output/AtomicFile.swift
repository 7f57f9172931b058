// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears at its path only when it is complete.
///
/// Whoever writes it writes `temporaryPath`, in the same folder; `commit` flushes that
/// to disk and renames it. Without `commit` nothing is left behind.
package final class AtomicFile {
  /// The path as given, for errors.
  package let path: String
  /// Where to write; nothing is there at first.
  package let temporaryPath: String
  /// The path with symbolic links followed: a link keeps pointing at what it names.
  private let target: String
  private let folder: String
  private var isOpen = true

  /// - Throws: `DataError` when `path` is a folder, a pipe or a device, or when its
  ///   folder is missing.
  package init(path: String) throws(DataError) {
    self.path = path
    (target, folder) = try OutputPlace.of(path)
    let token = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    temporaryPath = "\(OutputPlace.hiddenName(for: target, in: folder)).\(token).partial"
  }

  /// Flushes the temporary file to disk and gives it its name.
  ///
  /// - Throws: `DataError` when either fails; nothing is left behind then.
  package func commit() throws(DataError) {
    precondition(isOpen, "\(path) was committed or discarded before")
    do throws(DataError) {
      try flushToDisk(temporaryPath, shownAs: path)
      guard rename(temporaryPath, target) == 0 else {
        throw DataError.cannotWrite(path: path, reason: lastSystemMessage())
      }
    } catch {
      discard()
      throw error
    }
    isOpen = false
    // The file is complete; a file system that cannot flush folders is no failure.
    try? flushToDisk(folder, shownAs: path)
  }

  /// Removes what was written.
  package func discard() {
    if isOpen { unlink(temporaryPath) }
    isOpen = false
  }

  deinit { discard() }
}
