// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetData

extension RawFile {
  /// How a dataset is stored.
  package struct Storage: Sendable {
    package var chunk: [Int] = []
    package var gzip: UInt32?
    /// h5py's filter; its chunks are written by `lzfChunks`.
    package var lzf = false
    package var shuffle = false
    package var checksum = false
    package var unknownFilter: Int32?
    package var externalFile: String?
    package var isCompact = false
    /// Rows may be added later.
    package var isExtendible = false
    /// What values hold that are never written, in the stored type.
    package var fill: [UInt8]?
    package var leavesPartialChunks = false

    package init(
      chunk: [Int] = [], gzip: UInt32? = nil, lzf: Bool = false, shuffle: Bool = false,
      checksum: Bool = false, unknownFilter: Int32? = nil, externalFile: String? = nil,
      isCompact: Bool = false, isExtendible: Bool = false, fill: [UInt8]? = nil,
      leavesPartialChunks: Bool = false
    ) {
      self.chunk = chunk
      self.gzip = gzip
      self.lzf = lzf
      self.shuffle = shuffle
      self.checksum = checksum
      self.unknownFilter = unknownFilter
      self.externalFile = externalFile
      self.isCompact = isCompact
      self.isExtendible = isExtendible
      self.fill = fill
      self.leavesPartialChunks = leavesPartialChunks
    }

    func creationList(of type: hid_t) -> hid_t {
      let list = H5Pcreate(chdf5_dataset_create())
      // The same bytes at every time.
      H5Pset_obj_track_times(list, false)
      if !chunk.isEmpty { H5Pset_chunk(list, Int32(chunk.count), chunk.map { hsize_t($0) }) }
      if leavesPartialChunks {
        H5Pset_chunk_opts(list, UInt32(H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS))
      }
      if isCompact { H5Pset_layout(list, H5D_COMPACT) }
      if shuffle { H5Pset_shuffle(list) }
      if let level = gzip { H5Pset_deflate(list, level) }
      if lzf {
        // As h5py: its own version, that of the format, and the bytes of a chunk.
        let values = [4, 0x105, UInt32(chunk.reduce(H5Tget_size(type), *))]
        H5Pset_filter(list, 32_000, UInt32(H5Z_FLAG_OPTIONAL), values.count, values)
      }
      if checksum { H5Pset_fletcher32(list) }
      if let filter = unknownFilter {
        H5Pset_filter(list, filter, UInt32(H5Z_FLAG_OPTIONAL), 0, nil)
      }
      if let fill { H5Pset_fill_value(list, type, fill) }
      if let file = externalFile { H5Pset_external(list, file, 0, hsize_t(1 << 20)) }
      return list
    }

    func space(of shape: [Int]) -> hid_t {
      guard !shape.isEmpty else { return H5Screate(H5S_SCALAR) }
      let sizes = shape.map { hsize_t($0) }
      guard isExtendible else { return H5Screate_simple(Int32(shape.count), sizes, nil) }
      return H5Screate_simple(
        Int32(shape.count), sizes, [hsize_t.max] + sizes.dropFirst())
    }
  }

  /// Puts `bytes` in the place of the chunk whose first value is at `offset`.
  package func overwriteChunk(
    _ name: String, at offset: [Int], with bytes: [UInt8], skipped: UInt32 = 0
  ) throws {
    try HDF5Library.synchronized {
      let dataset = H5Dopen2(id, name, 0)
      defer { H5Dclose(dataset) }
      let status = H5Dwrite_chunk(
        dataset, 0, skipped, offset.map { hsize_t($0) }, bytes.count, bytes)
      guard status >= 0 else { throw FixtureError.hdf5("overwrite a chunk of \(name)") }
    }
  }

  /// A dataset without any value (h5py.Empty).
  package func nullDataset(_ name: String) {
    HDF5Library.synchronized {
      let space = H5Screate(H5S_NULL)
      H5Dclose(H5Dcreate2(id, name, chdf5_ieee_f32le(), space, 0, 0, 0))
      H5Sclose(space)
    }
  }

  /// A group that keeps the order in which things were put into it.
  package func orderedGroup(_ name: String) {
    HDF5Library.synchronized {
      let list = H5Pcreate(chdf5_group_create())
      H5Pset_link_creation_order(
        list, UInt32(H5P_CRT_ORDER_TRACKED) | UInt32(H5P_CRT_ORDER_INDEXED))
      H5Gclose(H5Gcreate2(id, name, 0, list, 0))
      H5Pclose(list)
    }
  }

  /// Hands everything written so far to the operating system; the file stays open.
  package func flush() { HDF5Library.synchronized { _ = H5Fflush(id, H5F_SCOPE_GLOBAL) } }
}
