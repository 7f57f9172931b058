// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// How a dataset is laid out in its file: chunks, filters, bytes.
struct DatasetStorage: Sendable {
  /// The chunk's sizes; nil when the dataset lies in one piece.
  let chunkShape: [Int]?
  /// The filters that were applied when writing, in order, such as "gzip 4".
  let filters: [String]
  /// The numbers of the same filters, as HDF5 registers them.
  let filterNumbers: [H5Z_filter_t]
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
    if layout == H5D_CHUNKED {
      var sizes = [hsize_t](repeating: 0, count: 32)
      let rank = max(0, Int(H5Pget_chunk(list.id, 32, &sizes)))
      chunkShape = sizes.prefix(rank).map { Int($0) }
    } else {
      chunkShape = nil
    }
    byteCount = Int(H5Dget_storage_size(id))
    (filters, filterNumbers, missingFilter) = Self.filters(of: list.id)
  }

  /// Bytes of all chunks that the rows of one chunk's height touch.
  func bytesOfChunkRow(rowBytes: Int) -> Int { (chunkShape?.first ?? 0) * rowBytes }

  private static func filters(
    of list: hid_t
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
    case 32000: "lzf"
    case 32001: "blosc"
    case 32004: "lz4"
    case 32008: "bitshuffle"
    case 32013: "zfp"
    case 32015: "zstd"
    default: text.isEmpty ? "number \(id)" : text
    }
  }
}
