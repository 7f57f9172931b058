// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// An open dataset with what there is to know about it before reading it.
struct HDF5Dataset: Sendable {
  let location: DataLocation
  let handle: HDF5Handle
  /// The sizes; nil when it holds no value at all.
  let shape: [Int]?
  let type: StoredType
  /// The HDF5 type in the file; also the type into which it is read, so that HDF5
  /// converts nothing (its float16 conversion runs at 11 to 50 MB/s).
  let fileType: HDF5Handle
  let storage: DatasetStorage

  /// Rows: the size of the first dimension.
  var rowCount: Int { shape?.first ?? 0 }
  /// Values in one row.
  var rowWidth: Int { shape?.dropFirst().reduce(1, *) ?? 0 }

  /// At most `rows` rows that end where a chunk does, so that blocks of that many rows, read
  /// one after the other, share no chunk; `rows` itself where a chunk has more.
  func wholeChunks(of rows: Int) -> Int {
    guard let chunkRows = storage.chunkShape?.first, chunkRows > 0, chunkRows <= rows else {
      return rows
    }
    return rows / chunkRows * chunkRows
  }

  /// Looks at the dataset `opened`, which is `name` in `group`.
  ///
  /// - Throws: `DataError` when its storage lies outside of the file.
  init(opened: HDF5Handle, in group: HDF5Group, named name: String) throws(DataError) {
    let location = group.location.child(name)
    self.location = location
    (handle, shape, fileType, storage) = try HDF5Library.synchronized { () throws(DataError) in
      let shape = try HDF5Dataspace(ofDataset: opened.id, at: location).shape
      let fileType = HDF5Handle(
        owning: try HDF5Library.check(H5Dget_type(opened.id), "read the type", at: location))
      let storage = try DatasetStorage(ofDataset: opened.id, at: location)
      let rowBytes = (shape?.dropFirst().reduce(1, *) ?? 0) * H5Tget_size(fileType.id)
      let handle = try Self.reopen(
        opened, in: group, named: name, cachedBytes: storage.bytesOfChunkRow(rowBytes: rowBytes))
      return (handle, shape, fileType, storage)
    }
    type = StoredType(fileType.id).interpreted(byAttributesOf: handle)
  }

  /// Opens the dataset again with a cache that holds one row of chunks.
  ///
  /// With HDF5's own cache of 1 MiB, reading a wide chunk block by block would
  /// decompress it again for every block.
  private static func reopen(
    _ opened: HDF5Handle, in group: HDF5Group, named name: String, cachedBytes: Int
  ) throws(DataError) -> HDF5Handle {
    let standard = 1 << 20
    let most = 256 << 20
    guard cachedBytes > standard else { return opened }
    let access = HDF5Handle(owning: H5Pcreate(chdf5_dataset_access()))
    H5Pset_chunk_cache(access.id, 12_421, min(2 * cachedBytes, most), 1)
    let id = H5Dopen2(group.handle.id, name, access.id)
    return HDF5Handle(
      owning: try HDF5Library.check(id, "open the dataset", at: group.location.child(name)))
  }

  /// Reads the rows in `range` as they are stored into `target`.
  func readRows(_ range: Range<Int>, into target: UnsafeMutableRawPointer) throws(DataError) {
    guard let shape, !range.isEmpty else { return }
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rowCount,
      "rows \(range) of a dataset of shape \(shape)")
    try HDF5Library.synchronized { () throws(DataError) in
      let inFile = try HDF5Dataspace(ofDataset: handle.id, at: location)
      inFile.selectRows(range, shape: shape)
      let inMemory = HDF5Dataspace(shape: [range.count] + shape.dropFirst())
      let status = H5Dread(
        handle.id, fileType.id, inMemory.handle.id, inFile.handle.id, 0, target)
      guard status < 0 else { return }
      let error = HDF5Library.failure("read rows \(range)", at: location)
      guard case .hdf5(_, _, let detail) = error, HDF5Library.isDamage(detail) else { throw error }
      throw DataError.damagedChunk(location, rows: range, detail: detail)
    }
  }

  /// Writes `source`, in the type of the file, into the rows in `range`.
  func writeRows(_ range: Range<Int>, from source: UnsafeRawPointer) throws(DataError) {
    guard let shape, !range.isEmpty else { return }
    try HDF5Library.synchronized { () throws(DataError) in
      let inFile = try HDF5Dataspace(ofDataset: handle.id, at: location)
      inFile.selectRows(range, shape: shape)
      let inMemory = HDF5Dataspace(shape: [range.count] + shape.dropFirst())
      let status = H5Dwrite(
        handle.id, fileType.id, inMemory.handle.id, inFile.handle.id, 0, source)
      guard status >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.innermostMessage)
      }
    }
  }
}
