// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where an output and the unfinished files beside it lie.
enum OutputPlace {
  /// Names of files end at 255 bytes; what is longer than this is cut.
  private static let longestName = 200

  /// The path with symbolic links followed, and its folder.
  ///
  /// - Throws: `DataError` when `path` is a folder, a pipe or a device, or when its folder is
  ///   missing.
  static func of(_ path: String) throws(DataError) -> (target: String, folder: String) {
    switch FileKind(path) {
    case .folder: throw DataError.cannotWrite(path: path, reason: "it is a folder")
    case .other: throw DataError.cannotWrite(path: path, reason: "it is a pipe or a device")
    case .missing, .regular: break
    }
    let target = followingLinks(path)
    let folder = parts(of: target).folder
    guard FileKind(folder) == .folder else {
      throw DataError.cannotWrite(path: path, reason: "there is no folder '\(folder)'")
    }
    return (target, folder)
  }

  /// A path beside `target` whose name begins with a dot; the same for the same target.
  static func hiddenName(for target: String, in folder: String) -> String {
    let name = Array(parts(of: target).name.utf8)
    guard name.count > longestName else {
      return "\(folder)/.\(String(decoding: name, as: UTF8.self))"
    }
    var hash = ContentHash()
    hash.update(name)
    let start = String(decoding: name.prefix(longestName - 20), as: UTF8.self)
    return "\(folder)/.\(start).\(String(hash.value, radix: 16))"
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

/// Flushes the file or folder at `path` to disk.
///
/// - Parameter shownPath: stands in errors.
/// - Throws: `DataError.cannotWrite`.
package func flushToDisk(_ path: String, shownAs shownPath: String) throws(DataError) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0, fsync(descriptor) == 0 else {
    let error = DataError.cannotWrite(path: shownPath, reason: lastSystemMessage())
    if descriptor >= 0 { close(descriptor) }
    throw error
  }
  close(descriptor)
}
