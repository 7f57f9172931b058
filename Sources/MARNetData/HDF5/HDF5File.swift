// SPDX-License-Identifier: Apache-2.0

import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open HDF5 file.
struct HDF5File: Sendable {
  let path: String
  let handle: HDF5Handle
  private let links: LinkRule

  var location: DataLocation { DataLocation(path: path) }

  /// Opens the file at `path` for reading.
  ///
  /// - Parameter links: where its links may lead; nil: within its own folder.
  /// - Throws: `DataError` when it is missing, a folder, no HDF5 file, cut short,
  ///   locked, or in a format that this library does not know.
  init(reading path: String, links: LinkRule? = nil) throws(DataError) {
    try FileKind.requireReadableFile(path)
    self.path = path
    self.links = links ?? LinkRule(for: path)
    handle = try Self.outlastingLocks { () throws(DataError) in
      // HDF5 asks for the filters of a dataset when it opens it.
      LZFFilter.registerIfMissing()
      let id = try HDF5Library.check(
        H5Fopen(path, chdf5_read_only(), 0), "open the file", at: DataLocation(path: path))
      chdf5_close_on_exec(id)
      return HDF5Handle(owning: id)
    }
  }

  /// A process that is just being started holds, for a moment, the locks of every file that its
  /// parent had open: not a reason to give up.
  private static let attempts = 10
  private static let microsecondsBetween: UInt32 = 20_000

  /// Opens a file, some times if another process has it locked.
  private static func outlastingLocks(
    _ open: () throws(DataError) -> HDF5Handle
  ) throws(DataError) -> HDF5Handle {
    var attempts = attempts
    while true {
      do {
        return try HDF5Library.synchronized(open)
      } catch {
        attempts -= 1
        guard attempts > 0, case .fileLocked = error else { throw error }
        usleep(microsecondsBetween)
      }
    }
  }

  /// Creates a file at `path`, which must not exist yet. `shownPath` stands in errors.
  init(creating path: String, shownAs shownPath: String) throws(DataError) {
    self.path = shownPath
    links = LinkRule(for: path)
    handle = try HDF5Library.synchronized { () throws(DataError) in
      let id = H5Fcreate(path, chdf5_create_new(), 0, 0)
      guard id >= 0 else {
        throw DataError.cannotWrite(path: shownPath, reason: HDF5Library.writingFailure)
      }
      chdf5_close_on_exec(id)
      return HDF5Handle(owning: id)
    }
  }

  /// Opens the file at `path` to change values in it. `shownPath` stands in errors.
  init(updating path: String, shownAs shownPath: String) throws(DataError) {
    self.path = shownPath
    links = LinkRule(for: path)
    handle = try Self.outlastingLocks { () throws(DataError) in
      let id = H5Fopen(path, chdf5_read_write(), 0)
      guard id >= 0 else {
        let failure = HDF5Library.failure("open the file", at: DataLocation(path: shownPath))
        if case .fileLocked = failure { throw failure }
        throw DataError.cannotWrite(path: shownPath, reason: HDF5Library.writingFailure)
      }
      chdf5_close_on_exec(id)
      return HDF5Handle(owning: id)
    }
  }

  /// The root group.
  func root() throws(DataError) -> HDF5Group {
    try HDF5Library.synchronized { () throws(DataError) in
      let here = DataLocation(path: path, object: "/")
      let id = try HDF5Library.check(H5Gopen2(handle.id, "/", 0), "open the root group", at: here)
      return HDF5Group(location: here, handle: HDF5Handle(owning: id), links: links)
    }
  }

  /// Hands everything written so far to the operating system.
  func flush() throws(DataError) {
    try HDF5Library.synchronized { () throws(DataError) in
      guard H5Fflush(handle.id, H5F_SCOPE_LOCAL) >= 0 else {
        throw DataError.cannotWrite(path: path, reason: HDF5Library.writingFailure)
      }
    }
  }
}
