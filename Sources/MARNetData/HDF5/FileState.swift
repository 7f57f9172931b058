// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// The state of an open file that changes when somebody writes to it.
///
/// HDF5 fills what it misses beyond the end of a file with zeros, without an error: who reads a file
/// that was cut in the meantime would never know.
struct FileState: Sendable, Equatable {
  private let size: Int64
  private let modified: Int64

  /// Of the file at `path`; nil where there is none.
  init?(ofFile path: String) {
    var (size, modified) = (Int64(0), Int64(0))
    guard chdf5_path_state(path, &size, &modified) == 0 else { return nil }
    self.size = size
    self.modified = modified
  }

  /// Of the file in which the open `object` lies; nil where the system does not tell.
  init?(of object: HDF5Handle) {
    var (size, modified) = (Int64(0), Int64(0))
    let status = HDF5Library.synchronized { chdf5_file_state(object.id, &size, &modified) }
    guard status == 0 else { return nil }
    self.size = size
    self.modified = modified
  }
}
