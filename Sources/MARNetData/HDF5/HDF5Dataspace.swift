// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// The shape of a dataset or of a block in memory, and the part of it that is selected.
struct HDF5Dataspace: Sendable {
  let handle: HDF5Handle

  /// A space of `shape`; no dimension at all is a single value.
  init(shape: [Int]) {
    handle = HDF5Library.synchronized {
      let sizes = shape.map { hsize_t($0) }
      return HDF5Handle(
        owning: shape.isEmpty
          ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil))
    }
  }

  /// The space of the dataset `id`.
  init(ofDataset id: hid_t, at location: DataLocation) throws(DataError) {
    handle = try HDF5Library.synchronized { () throws(DataError) in
      HDF5Handle(
        owning: try HDF5Library.check(H5Dget_space(id), "read the shape", at: location))
    }
  }

  /// The sizes; nil for a space without any value (H5S_NULL).
  var shape: [Int]? {
    HDF5Library.synchronized {
      guard H5Sget_simple_extent_type(handle.id) != H5S_NULL else { return nil }
      let rank = max(0, Int(H5Sget_simple_extent_ndims(handle.id)))
      guard rank > 0 else { return [] }
      var sizes = [hsize_t](repeating: 0, count: rank)
      H5Sget_simple_extent_dims(handle.id, &sizes, nil)
      return sizes.map { Int(clamping: $0) }
    }
  }

  /// Selects the rows in `range` of the first dimension, all of the others.
  func selectRows(_ range: Range<Int>, shape: [Int]) {
    HDF5Library.synchronized {
      var start = [hsize_t](repeating: 0, count: shape.count)
      var count = shape.map { hsize_t($0) }
      start[0] = hsize_t(range.lowerBound)
      count[0] = hsize_t(range.count)
      let status = H5Sselect_hyperslab(handle.id, H5S_SELECT_SET, start, nil, count, nil)
      precondition(status >= 0, "rows \(range) of a dataset of shape \(shape)")
    }
  }
}
