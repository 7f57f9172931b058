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
  /// Of its file when it was opened.
  private let fileState: FileState?
  /// Whether its values lie elsewhere: in other datasets, or in raw files.
  let isForeign: Bool
  /// The other files in which its values lie, by their paths, as they were when it was opened.
  let foreignFiles: [String: FileState]

  /// Rows: the size of the first dimension.
  var rowCount: Int { shape?.first ?? 0 }
  /// Values in one row.
  var rowWidth: Int { shape?.dropFirst().reduce(1, *) ?? 0 }

  /// Opens the dataset at `place` and looks at it.
  ///
  /// - Parameter isBeingWritten: whether this program made it, and its values are yet to come.
  /// - Throws: `DataError` when its values lie where they may not, or are not there.
  init(at place: HDF5Group.Place, isBeingWritten: Bool = false) throws(DataError) {
    let location = place.location
    self.location = location
    let foreign: [String]?
    (handle, shape, fileType, storage, foreign) = try HDF5Library.synchronized {
      () throws(DataError) in
      let opened = try Self.open(place, cachedBytes: nil)
      let shape = try HDF5Dataspace(ofDataset: opened.id, at: location).shape
      let fileType = HDF5Handle(
        owning: try HDF5Library.check(H5Dget_type(opened.id), "read the type", at: location))
      let valueBytes = H5Tget_size(fileType.id)
      let claimed = try ClaimedSize(shape: shape ?? [0], valueBytes: valueBytes, at: location)
      let storage = try DatasetStorage(ofDataset: opened.id, at: location)
      let foreign = try ForeignStorage.files(
        of: opened.id, shape: shape, valueBytes: valueBytes, in: place.group, at: location)
      if foreign == nil && !isBeingWritten {
        try claimed.requireStored(storage, fileBytes: ClaimedSize.fileBytes(location.path))
      }
      let rowBytes = (shape?.dropFirst().reduce(1, *) ?? 0) * valueBytes
      let cachedBytes = storage.bytesOfChunkRow(rowBytes: rowBytes)
      // With HDF5's own cache of 1 MiB, reading a wide chunk block by block would
      // decompress it again for every block.
      let handle =
        cachedBytes > 1 << 20 ? try Self.open(place, cachedBytes: cachedBytes) : opened
      return (handle, shape, fileType, storage, foreign)
    }
    fileState = FileState(of: handle)
    isForeign = foreign != nil
    foreignFiles = Dictionary(
      (foreign ?? []).compactMap { path in FileState(ofFile: path).map { (path, $0) } },
      uniquingKeysWith: { first, _ in first })
    type = StoredType(fileType.id).interpreted(byAttributesOf: handle)
  }

  /// Opens the dataset, with a cache that holds one row of chunks where its size is given.
  private static func open(
    _ place: HDF5Group.Place, cachedBytes: Int?
  ) throws(DataError) -> HDF5Handle {
    let access = HDF5Handle(owning: H5Pcreate(chdf5_dataset_access()))
    // Raw files are looked for beside the file that names them, not where the program runs.
    H5Pset_efile_prefix(access.id, "${ORIGIN}")
    let most = 256 << 20
    if let cachedBytes { H5Pset_chunk_cache(access.id, 12_421, min(2 * cachedBytes, most), 1) }
    let id = H5Dopen2(place.group.handle.id, place.name, access.id)
    return HDF5Handle(
      owning: try HDF5Library.check(id, "open the dataset", at: place.location))
  }

  /// Tells whether what was read since the dataset was opened can be relied on.
  ///
  /// - Throws: `DataError.changedWhileRead` when somebody wrote to its file, or to one of the
  ///   files in which its values lie, or removed one of those: HDF5 opens them late.
  func requireUnchangedFile() throws(DataError) {
    if FileState(of: handle) != fileState { throw .changedWhileRead(path: location.path) }
    let changed = foreignFiles.filter { FileState(ofFile: $0.key) != $0.value }
    if let path = changed.keys.min() { throw .changedWhileRead(path: path) }
  }

  /// Reads the rows in `range` as they are stored into `target`.
  ///
  /// - Parameter transfer: properties of the transfer, where they are not HDF5's own.
  func readRows(
    _ range: Range<Int>, into target: UnsafeMutableRawPointer, transfer: HDF5Handle? = nil
  ) throws(DataError) {
    guard let shape, !range.isEmpty else { return }
    precondition(
      range.lowerBound >= 0 && range.upperBound <= (shape.isEmpty ? 1 : rowCount),
      "rows \(range) of a dataset of shape \(shape)")
    try HDF5Library.synchronized { () throws(DataError) in
      let inFile = try HDF5Dataspace(ofDataset: handle.id, at: location)
      // A single value has no rows to select.
      if !shape.isEmpty { inFile.selectRows(range, shape: shape) }
      let inMemory = HDF5Dataspace(
        shape: shape.isEmpty ? [] : [range.count] + shape.dropFirst())
      let status = H5Dread(
        handle.id, fileType.id, inMemory.handle.id, inFile.handle.id, transfer?.id ?? 0, target)
      guard status < 0 else { return }
      let error = HDF5Library.failure("read rows \(range)", at: location)
      guard case .hdf5(_, _, let detail) = error, HDF5Library.isDamage(detail) else { throw error }
      throw DataError.damagedChunk(location, rows: range, detail: detail)
    }
  }

  /// Hands everything written so far to the operating system: HDF5 keeps small pieces back, and
  /// nobody hears of it when they fail as the dataset is closed.
  func flush() throws(DataError) {
    try HDF5Library.synchronized { () throws(DataError) in
      guard H5Dflush(handle.id) >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
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
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
    }
  }
}

extension HDF5Dataset {
  /// The type of a dataset that has passed `DatasetCheck.features`.
  var featureType: FeatureType {
    guard let type = type.featureType else {
      preconditionFailure("\(location) holds \(type.name), not features")
    }
    return type
  }
}
