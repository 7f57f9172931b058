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
  private var isOpen = true

  /// - Throws: `DataError` when `path` is a folder, a pipe or a device, or when its
  ///   folder is missing.
  package init(path: String) throws(DataError) {
    self.path = path
    switch FileKind(path) {
    case .folder: throw DataError.cannotWrite(path: path, reason: "it is a folder")
    case .other: throw DataError.cannotWrite(path: path, reason: "it is a pipe or a device")
    case .missing, .regular: break
    }
    target = Self.followingLinks(path)
    let (folder, name) = Self.parts(of: target)
    guard FileKind(folder) == .folder else {
      throw DataError.cannotWrite(path: path, reason: "there is no folder '\(folder)'")
    }
    let token = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    temporaryPath = "\(folder)/.\(name.prefix(200)).\(token).partial"
  }

  /// Flushes the temporary file to disk and gives it its name.
  ///
  /// - Throws: `DataError` when either fails; nothing is left behind then.
  package func commit() throws(DataError) {
    precondition(isOpen, "\(path) was committed or discarded before")
    do throws(DataError) {
      try flushToDisk(temporaryPath)
      guard rename(temporaryPath, target) == 0 else { throw failure() }
    } catch {
      discard()
      throw error
    }
    isOpen = false
    // The file is complete; a file system that cannot flush folders is no failure.
    try? flushToDisk(Self.parts(of: target).folder)
  }

  /// Removes what was written.
  package func discard() {
    if isOpen { unlink(temporaryPath) }
    isOpen = false
  }

  deinit { discard() }

  private func flushToDisk(_ path: String) throws(DataError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    let status = fsync(descriptor)
    let error = failure()
    close(descriptor)
    if status != 0 { throw error }
  }

  private func failure() -> DataError {
    .cannotWrite(path: path, reason: lastSystemMessage())
  }

  private static func followingLinks(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func parts(of path: String) -> (folder: String, name: Substring) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path[...]) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, path[path.index(after: slash)...])
  }
}
