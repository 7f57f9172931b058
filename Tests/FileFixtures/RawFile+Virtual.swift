// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetData

extension RawFile {
  /// Rows of a dataset in another file that a virtual dataset shows.
  package struct Source {
    let file: String
    let dataset: String
    let rows: Int

    package init(_ file: String, _ dataset: String, rows: Int) {
      self.file = file
      self.dataset = dataset
      self.rows = rows
    }
  }

  /// Writes a virtual float32 dataset that shows `sources` one after the other; 7 where none is.
  package func virtual(_ name: String, shape: [Int], _ sources: [Source]) throws {
    try HDF5Library.synchronized {
      let list = H5Pcreate(chdf5_dataset_create())
      defer { H5Pclose(list) }
      var fill: Float = 7
      H5Pset_fill_value(list, chdf5_ieee_f32le(), &fill)
      var first = 0
      for source in sources {
        let whole = H5Screate_simple(2, shape.map { hsize_t($0) }, nil)
        let part = H5Screate_simple(2, [hsize_t(source.rows), hsize_t(shape[1])], nil)
        H5Sselect_hyperslab(
          whole, H5S_SELECT_SET, [hsize_t(first), 0], nil,
          [hsize_t(source.rows), hsize_t(shape[1])], nil)
        H5Pset_virtual(list, whole, source.file, source.dataset, part)
        H5Sclose(whole)
        H5Sclose(part)
        first += source.rows
      }
      let space = H5Screate_simple(2, shape.map { hsize_t($0) }, nil)
      defer { H5Sclose(space) }
      let dataset = H5Dcreate2(id, name, chdf5_ieee_f32le(), space, 0, list, 0)
      guard dataset >= 0 else { throw FixtureError.hdf5("create \(name)") }
      H5Dclose(dataset)
    }
  }
}
