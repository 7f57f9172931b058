// SPDX-License-Identifier: Apache-2.0

/// What HDF5's messages mean, of which it has no numbers.
extension HDF5Library {
  /// The error that the last failed call on this thread means.
  static func failure(_ action: String, at location: DataLocation) -> DataError {
    meaning(of: innermostMessage, action, at: location)
  }

  /// Why the last failed call on this thread could not write: the system's words, where HDF5
  /// quotes any.
  static var writingFailure: String { systemWords(in: innermostMessage) }

  /// The error that the message of a failed call means.
  package static func meaning(
    of message: String, _ action: String, at location: DataLocation
  ) -> DataError {
    if isNewerFormat(message) { return .newerFormat(location, detail: message) }
    if message.contains("truncated file") {
      return .truncatedFile(path: location.path, detail: message)
    }
    if message.contains("file signature not found") { return .notHDF5(path: location.path) }
    if message.contains("unable to lock file") {
      return isRefusedLock(message)
        ? .lockingUnsupported(path: location.path, reason: systemWords(in: message))
        : .fileLocked(path: location.path)
    }
    if message.contains("h5clear") || message.contains("already open for") {
      return .notClosed(path: location.path, detail: message)
    }
    return .hdf5(location, action: action, detail: message)
  }

  /// Whether a filter failed on the data of a chunk.
  static func isDamage(_ message: String) -> Bool {
    ["inflate() failed", "Fletcher32", "filter returned failure"].contains {
      message.contains($0)
    }
  }

  /// "bad version number for layout message", "bad superblock version number", and what newer
  /// libraries put where older ones know a fixed set.
  private static func isNewerFormat(_ message: String) -> Bool {
    [
      "version number", "unknown layout version", "unknown object header status flag",
      "fail if unknown", "bad flag value for message",
    ].contains { message.contains($0) }
  }

  /// Whether the file system has no locks to give, rather than another program holding one.
  private static func isRefusedLock(_ message: String) -> Bool {
    [
      "No locks available", "Function not implemented", "Operation not supported",
      "Not supported",
    ].contains { message.contains($0) }
  }

  /// The system's words within HDF5's: "..., error message = 'No locks available'".
  private static func systemWords(in message: String) -> String {
    guard let start = message.firstRange(of: "error message = '")?.upperBound else {
      return message
    }
    return String(message[start...].prefix { $0 != "'" })
  }
}
