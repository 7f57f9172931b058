// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// An open group: a folder of an HDF5 file.
struct HDF5Group: Sendable {
  let location: DataLocation
  let handle: HDF5Handle

  /// The names in this group, sorted.
  func names() throws(DataError) -> [String] {
    try HDF5Library.synchronized { () throws(DataError) in
      var info = H5G_info_t()
      try HDF5Library.check(H5Gget_info(handle.id, &info), "list the group", at: location)
      var names: [String] = []
      for index in 0..<hsize_t(info.nlinks) {
        let length = try HDF5Library.check(
          H5Lget_name_by_idx(handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, 0),
          "list the group", at: location)
        var bytes = [CChar](repeating: 0, count: length + 1)
        H5Lget_name_by_idx(
          handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, bytes.count, 0)
        names.append(String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
      }
      return names.sorted()
    }
  }

  /// The group `name` in this one; nil when there is none.
  func group(_ name: String) throws(DataError) -> HDF5Group? {
    guard let child = try object(name) else { return nil }
    guard HDF5Library.synchronized({ H5Iget_type(child.id) }) == H5I_GROUP else {
      throw DataError.notAGroup(location.child(name))
    }
    return HDF5Group(location: location.child(name), handle: child)
  }

  /// The dataset `name` in this group; nil when there is none.
  func dataset(_ name: String) throws(DataError) -> HDF5Dataset? {
    guard let child = try object(name) else { return nil }
    guard HDF5Library.synchronized({ H5Iget_type(child.id) }) == H5I_DATASET else {
      throw DataError.notADataset(location.child(name))
    }
    return try HDF5Dataset(opened: child, in: self, named: name)
  }

  /// Makes the group `name` in this one.
  func makeGroup(_ name: String) throws(DataError) -> HDF5Group {
    try HDF5Library.synchronized { () throws(DataError) in
      let id = H5Gcreate2(handle.id, name, 0, 0, 0)
      guard id >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.innermostMessage)
      }
      return HDF5Group(location: location.child(name), handle: HDF5Handle(owning: id))
    }
  }

  /// Opens `name` if it is there and belongs to this file.
  ///
  /// A link into another file is refused: what a file says must not depend on,
  /// or reveal, what else lies on the machine that reads it.
  private func object(_ name: String) throws(DataError) -> HDF5Handle? {
    try HDF5Library.synchronized { () throws(DataError) in
      let here = location.child(name)
      guard H5Lexists(handle.id, name, 0) > 0 else { return nil }
      let kind = chdf5_link_kind(handle.id, name)
      if kind != H5L_TYPE_HARD.rawValue && kind != H5L_TYPE_SOFT.rawValue {
        throw DataError.externalData(here, kind: "an external link")
      }
      if kind == H5L_TYPE_SOFT.rawValue && H5Oexists_by_name(handle.id, name, 0) <= 0 {
        throw DataError.danglingLink(here)
      }
      let id = try HDF5Library.check(H5Oopen(handle.id, name, 0), "open the object", at: here)
      let child = HDF5Handle(owning: id)
      var ours: UInt = 0
      var theirs: UInt = 0
      try HDF5Library.check(chdf5_file_number(handle.id, &ours), "look up the object", at: here)
      try HDF5Library.check(chdf5_file_number(child.id, &theirs), "look up the object", at: here)
      if ours != theirs { throw DataError.externalData(here, kind: "a link into another file") }
      return child
    }
  }
}
