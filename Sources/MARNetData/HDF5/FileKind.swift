// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What lies at a path, before any library opens it.
package enum FileKind: Equatable {
  case missing
  case regular
  case folder
  case other

  package init(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .missing
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }

  /// The size of the file at `path`; 0 where there is none.
  static func byteCount(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Whether both paths lead to the same file.
  static func isSame(_ first: String, _ second: String) -> Bool {
    var one = stat()
    var two = stat()
    return stat(first, &one) == 0 && stat(second, &two) == 0 && one.st_dev == two.st_dev
      && one.st_ino == two.st_ino
  }

  /// - Throws: `DataError` unless `path` is a plain file that this process may read.
  static func requireReadableFile(_ path: String) throws(DataError) {
    var status = stat()
    if stat(path, &status) != 0 && errno != ENOENT && errno != ENOTDIR {
      throw DataError.cannotRead(path: path, reason: lastSystemMessage())
    }
    switch FileKind(path) {
    case .missing: throw DataError.fileNotFound(path: path)
    case .folder: throw DataError.isFolder(path: path)
    case .other: throw DataError.notAPlainFile(path: path)
    case .regular: break
    }
    guard access(path, R_OK) == 0 else {
      throw DataError.cannotRead(path: path, reason: lastSystemMessage())
    }
  }
}

/// The system's words for the last failed call, such as "Permission denied".
func lastSystemMessage() -> String {
  guard let text = strerror(errno) else { return "error \(errno)" }
  return String(cString: text)
}
