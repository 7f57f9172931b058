// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// An open HDF5 file.
struct HDF5File: Sendable {
  let path: String
  let handle: HDF5Handle

  var location: DataLocation { DataLocation(path: path) }

  /// Opens the file at `path` for reading.
  ///
  /// - Throws: `DataError` when it is missing, a folder, no HDF5 file, cut short,
  ///   locked, or in a format that this library does not know.
  init(reading path: String) throws(DataError) {
    try FileKind.requireReadableFile(path)
    self.path = path
    handle = try HDF5Library.synchronized { () throws(DataError) in
      let id = H5Fopen(path, chdf5_read_only(), 0)
      return HDF5Handle(
        owning: try HDF5Library.check(id, "open the file", at: DataLocation(path: path)))
    }
  }

  /// Creates a file at `path`, which must not exist yet. `shownPath` stands in errors.
  init(creating path: String, shownAs shownPath: String) throws(DataError) {
    self.path = shownPath
    handle = try HDF5Library.synchronized { () throws(DataError) in
      let id = H5Fcreate(path, chdf5_create_new(), 0, 0)
      guard id >= 0 else {
        throw DataError.cannotWrite(path: shownPath, reason: HDF5Library.innermostMessage)
      }
      return HDF5Handle(owning: id)
    }
  }

  /// The root group.
  func root() throws(DataError) -> HDF5Group {
    try HDF5Library.synchronized { () throws(DataError) in
      let here = DataLocation(path: path, object: "/")
      let id = try HDF5Library.check(H5Gopen2(handle.id, "/", 0), "open the root group", at: here)
      return HDF5Group(location: here, handle: HDF5Handle(owning: id))
    }
  }

  /// Hands everything written so far to the operating system.
  func flush() throws(DataError) {
    try HDF5Library.synchronized { () throws(DataError) in
      guard H5Fflush(handle.id, H5F_SCOPE_LOCAL) >= 0 else {
        throw DataError.cannotWrite(path: path, reason: HDF5Library.innermostMessage)
      }
    }
  }
}
