// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetData

/// Reads datasets through HDF5 itself, independently of the package.
package final class RawReader {
  private let id: hid_t

  package init(_ path: String) throws {
    id = HDF5Library.synchronized { H5Fopen(path, chdf5_read_only(), 0) }
    guard id >= 0 else { throw FixtureError.hdf5("open \(path)") }
  }

  deinit { HDF5Library.synchronized { _ = H5Fclose(id) } }

  package func shape(_ name: String) -> [Int]? {
    HDF5Library.synchronized {
      let dataset = H5Dopen2(id, name, 0)
      guard dataset >= 0 else { return nil }
      let space = H5Dget_space(dataset)
      var sizes = [hsize_t](repeating: 0, count: Int(H5Sget_simple_extent_ndims(space)))
      H5Sget_simple_extent_dims(space, &sizes, nil)
      H5Sclose(space)
      H5Dclose(dataset)
      return sizes.map { Int($0) }
    }
  }

  private func read<Value: BitwiseCopyable>(_ name: String, _ type: hid_t, _ zero: Value)
    throws -> [Value]
  {
    guard let shape = shape(name) else { throw FixtureError.hdf5("no dataset \(name)") }
    var values = [Value](repeating: zero, count: shape.reduce(1, *))
    let status = HDF5Library.synchronized {
      let dataset = H5Dopen2(id, name, 0)
      defer { H5Dclose(dataset) }
      return values.withUnsafeMutableBytes { H5Dread(dataset, type, 0, 0, 0, $0.baseAddress) }
    }
    guard status >= 0 else { throw FixtureError.hdf5("read \(name)") }
    return values
  }

  package func floats(_ name: String) throws -> [Float] { try read(name, chdf5_ieee_f32le(), 0) }

  package func integers(_ name: String) throws -> [Int64] { try read(name, chdf5_std_i64le(), 0) }

  package func strings(_ name: String) throws -> [String] {
    let none: UnsafeMutablePointer<CChar>? = nil
    return try read(name, Self.stringType(), none).map { $0.map { String(cString: $0) } ?? "" }
  }

  /// A string attribute of the root.
  package func attribute(_ name: String) -> String? {
    HDF5Library.synchronized {
      let attribute = H5Aopen(id, name, 0)
      guard attribute >= 0 else { return nil }
      defer { H5Aclose(attribute) }
      var text: UnsafeMutablePointer<CChar>?
      H5Aread(attribute, Self.stringType(), &text)
      return text.map { String(cString: $0) }
    }
  }

  /// A number that is an attribute of the root.
  package func number(_ name: String) -> Double? {
    HDF5Library.synchronized {
      let attribute = H5Aopen(id, name, 0)
      guard attribute >= 0 else { return nil }
      defer { H5Aclose(attribute) }
      var value = 0.0
      return H5Aread(attribute, chdf5_native_double(), &value) >= 0 ? value : nil
    }
  }

  private static func stringType() -> hid_t {
    HDF5Library.synchronized {
      let type = H5Tcopy(chdf5_c_string())
      H5Tset_size(type, chdf5_variable_length())
      H5Tset_cset(type, H5T_CSET_UTF8)
      return type
    }
  }
}
