// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// How a dataset is laid out in its file: chunks, filters, bytes.
struct DatasetStorage: Sendable {
  /// The chunk's sizes; nil when the dataset lies in one piece.
  let chunkShape: [Int]?
  /// Whether the values lie in the dataset's own header.
  let isCompact: Bool
  /// The filters that were applied when writing, in order, such as "gzip 4".
  let filters: [String]
  /// The numbers of the same filters, as HDF5 registers them.
  let filterNumbers: [H5Z_filter_t]
  /// Whether chunks that reach beyond the dataset went through the filters as the others did.
  let filtersPartialChunks: Bool
  /// The first filter that this HDF5 library does not have.
  let missingFilter: String?
  /// Bytes in the file, after compression.
  let byteCount: Int

  /// Reads the layout of the dataset `id`.
  init(ofDataset id: hid_t, at location: DataLocation) throws(DataError) {
    let list = HDF5Handle(
      owning: try HDF5Library.check(
        H5Dget_create_plist(id), "read the storage layout", at: location))
    let layout = H5Pget_layout(list.id)
    isCompact = layout == H5D_COMPACT
    if layout == H5D_CHUNKED {
      var sizes = [hsize_t](repeating: 0, count: 32)
      let rank = max(0, Int(H5Pget_chunk(list.id, 32, &sizes)))
      chunkShape = sizes.prefix(rank).map { Int($0) }
    } else {
      chunkShape = nil
    }
    byteCount = min(Int(clamping: H5Dget_storage_size(id)), ClaimedSize.mostBytes)
    var options: UInt32 = 0
    filtersPartialChunks =
      chunkShape == nil || H5Pget_chunk_opts(list.id, &options) < 0
      || options & UInt32(H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) == 0
    let type = HDF5Handle(
      owning: try HDF5Library.check(H5Dget_type(id), "read the type", at: location))
    let chunkBytes = (chunkShape ?? []).reduce(H5Tget_size(type.id)) { bytes, size in
      bytes.multipliedReportingOverflow(by: size).partialValue
    }
    (filters, filterNumbers, missingFilter) = Self.filters(of: list.id, chunkBytes: chunkBytes)
  }

  /// Bytes of all chunks that the rows of one chunk's height touch.
  func bytesOfChunkRow(rowBytes: Int) -> Int { (chunkShape?.first ?? 0) * rowBytes }

  private static func filters(
    of list: hid_t, chunkBytes: Int
  ) -> (names: [String], numbers: [H5Z_filter_t], missing: String?) {
    var names: [String] = []
    var numbers: [H5Z_filter_t] = []
    var missing: String?
    for index in 0..<max(0, H5Pget_nfilters(list)) {
      var flags: UInt32 = 0
      var valueCount = 8
      var values = [UInt32](repeating: 0, count: 8)
      var text = [CChar](repeating: 0, count: 64)
      var configuration: UInt32 = 0
      let id = H5Pget_filter2(
        list, UInt32(index), &flags, &valueCount, &values, text.count, &text, &configuration)
      let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      let name = name(of: id, text: String(decoding: bytes, as: UTF8.self), values: values)
      names.append(name)
      numbers.append(id)
      if id == LZFFilter.number {
        // HDF5 reads beyond a chunk that its filter made too short.
        if valueCount < 3 || Int(values[2]) != chunkBytes {
          missing = missing ?? "lzf for chunks of another size"
        }
      }
      if missing == nil && H5Zfilter_avail(id) <= 0 { missing = name }
    }
    return (names, numbers, missing)
  }

  private static func name(of id: H5Z_filter_t, text: String, values: [UInt32]) -> String {
    switch id {
    case 1: "gzip \(values[0])"
    case 2: "shuffle"
    case 3: "fletcher32"
    case 4: "szip"
    case 5: "nbit"
    case 6: "scaleoffset"
    case 307: "bzip2"
    case LZFFilter.number: "lzf"
    case 32001: "blosc"
    case 32004: "lz4"
    case 32008: "bitshuffle"
    case 32013: "zfp"
    case 32015: "zstd"
    case 32026: "blosc2"
    default: text.isEmpty ? "number \(id)" : text
    }
  }
}
