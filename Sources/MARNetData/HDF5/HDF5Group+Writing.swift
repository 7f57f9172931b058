// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// How a new dataset is to lie in its file.
struct NewDatasetStorage {
  /// Rows of one chunk; nil keeps the dataset in one piece.
  var chunkRows: Int?
  /// gzip level 0 to 9; needs chunks.
  var gzipLevel: Int?
  /// Whether its place in the file is fixed before the first value is written.
  var isPlacedAtOnce = false
}

extension HDF5Group {
  /// Makes the dataset `name` of `shape` in this group.
  func makeDataset(
    _ name: String, type: HDF5Handle, shape: [Int], storage: NewDatasetStorage = .init()
  ) throws(DataError) -> HDF5Dataset {
    try HDF5Library.synchronized { () throws(DataError) in
      let list = HDF5Handle(owning: H5Pcreate(chdf5_dataset_create()))
      // No time of day in the file: the same rows give the same bytes.
      H5Pset_obj_track_times(list.id, false)
      // Every value is written: filling first would write the file twice. (HDF5 wants
      // variable-length strings to be filled.)
      if H5Tis_variable_str(type.id) <= 0 { H5Pset_fill_time(list.id, H5D_FILL_TIME_NEVER) }
      if storage.isPlacedAtOnce { H5Pset_alloc_time(list.id, H5D_ALLOC_TIME_EARLY) }
      if let rows = storage.chunkRows {
        let chunk = [max(1, min(rows, shape[0]))] + shape.dropFirst()
        H5Pset_chunk(list.id, Int32(chunk.count), chunk.map { hsize_t($0) })
        if let level = storage.gzipLevel { H5Pset_deflate(list.id, UInt32(level)) }
      }
      let space = HDF5Dataspace(shape: shape)
      let id = H5Dcreate2(handle.id, name, type.id, space.handle.id, 0, list.id, 0)
      guard id >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
      // Opened anew as for reading: HDF5 refuses other access settings while this one is open.
      H5Dclose(id)
      return try HDF5Dataset(
        at: Place(
          group: self, name: name, location: location.child(name), kind: H5O_TYPE_DATASET),
        isBeingWritten: true)
    }
  }

  /// Writes `strings` as a dataset of variable-length UTF-8, `[strings.count]`.
  func makeStrings(_ name: String, _ strings: [String]) throws(DataError) {
    let dataset = try makeDataset(name, type: .string(), shape: [strings.count])
    try dataset.writeStrings(0..<strings.count, strings)
    try dataset.flush()
  }

  /// Writes a string attribute of this group.
  func setAttribute(_ name: String, _ value: String) throws(DataError) {
    try HDF5Library.synchronized { () throws(DataError) in
      let type = HDF5Handle.string()
      let space = HDF5Dataspace(shape: [])
      let id = H5Acreate2(handle.id, name, type.id, space.handle.id, 0, 0)
      let written =
        id >= 0
        && value.withCString { text in
          withUnsafePointer(to: text) { H5Awrite(id, type.id, $0) >= 0 }
        }
      guard written else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
      H5Aclose(id)
    }
  }
}

extension HDF5Dataset {
  /// Writes variable-length UTF-8 strings into the rows in `range`.
  func writeStrings(_ range: Range<Int>, _ strings: [String]) throws(DataError) {
    precondition(range.count == strings.count, "\(strings.count) strings for rows \(range)")
    let lengths = strings.map { $0.utf8.count + 1 }
    let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, lengths.reduce(0, +)))
    let pointers = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(
      capacity: max(1, strings.count))
    defer {
      bytes.deallocate()
      pointers.deallocate()
    }
    var next = bytes
    for (index, text) in strings.enumerated() {
      (pointers + index).initialize(to: UnsafePointer(next))
      for byte in text.utf8 {
        next.initialize(to: CChar(bitPattern: byte))
        next += 1
      }
      next.initialize(to: 0)
      next += 1
    }
    try writeRows(range, from: pointers)
  }
}
