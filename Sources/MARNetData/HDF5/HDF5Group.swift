// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// An open group: a folder of an HDF5 file.
struct HDF5Group: Sendable {
  let location: DataLocation
  let handle: HDF5Handle
  /// Where its links may lead.
  let links: LinkRule

  /// The names in this group, sorted.
  func names() throws(DataError) -> [String] {
    try HDF5Library.synchronized { () throws(DataError) in
      var names: [String] = []
      // One pass: to ask for name after name would take time quadratic in their number.
      let status = withUnsafeMutablePointer(to: &names) { names in
        chdf5_visit_names(
          handle.id,
          { name, names in
            guard let name else { return }
            names?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
          }, names)
      }
      try HDF5Library.check(status, "list the group", at: location)
      return names.sorted()
    }
  }

  /// The group at `path` below this one; nil when there is none.
  func group(_ path: String) throws(DataError) -> HDF5Group? {
    guard let place = try place(of: path) else { return nil }
    guard place.isGroup else { throw DataError.notAGroup(place.location) }
    return try HDF5Library.synchronized { () throws(DataError) in
      try place.group.opened(place.name, shownAt: place.location)
    }
  }

  /// The dataset at `path` below this group; nil when there is none.
  func dataset(_ path: String) throws(DataError) -> HDF5Dataset? {
    guard let place = try place(of: path) else { return nil }
    guard place.kind == H5O_TYPE_DATASET else { throw DataError.notADataset(place.location) }
    return try HDF5Dataset(at: place)
  }

  /// Makes the group `name` in this one.
  func makeGroup(_ name: String) throws(DataError) -> HDF5Group {
    try HDF5Library.synchronized { () throws(DataError) in
      let id = H5Gcreate2(handle.id, name, 0, 0, 0)
      guard id >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
      return HDF5Group(location: location.child(name), handle: HDF5Handle(owning: id), links: links)
    }
  }
}
