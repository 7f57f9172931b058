// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetData

/// An HDF5 file written call by call, for layouts that the package never writes.
package final class RawFile {
  package let path: String
  let id: hid_t

  /// - Parameter latest: in the newest format that this HDF5 library writes.
  package init(_ path: String, latest: Bool = false) throws {
    self.path = path
    id = HDF5Library.synchronized {
      let access = H5Pcreate(chdf5_file_access())
      defer { H5Pclose(access) }
      if latest { H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) }
      return H5Fcreate(path, chdf5_create_new(), 0, access)
    }
    guard id >= 0 else { throw FixtureError.hdf5("create \(path)") }
    chdf5_close_on_exec(id)
  }

  /// Opens a file that is there, to change it.
  package init(changing path: String) throws {
    self.path = path
    id = HDF5Library.synchronized { H5Fopen(path, chdf5_read_write(), 0) }
    guard id >= 0 else { throw FixtureError.hdf5("open \(path)") }
    chdf5_close_on_exec(id)
  }

  deinit { HDF5Library.synchronized { _ = H5Fclose(id) } }

  @discardableResult
  package func group(_ name: String) -> RawFile {
    HDF5Library.synchronized { _ = H5Gclose(H5Gcreate2(id, name, 0, 0, 0)) }
    return self
  }

  /// Takes the link `name` away, where there is one.
  package func remove(_ name: String) {
    HDF5Library.synchronized { _ = H5Ldelete(id, name, 0) }
  }

  /// Writes `values` converted by HDF5 from the type `memory` to the type `type`.
  @discardableResult
  package func dataset<Value: BitwiseCopyable>(
    _ name: String, shape: [Int], values: [Value], memory: hid_t, type: hid_t? = nil,
    storage: Storage = Storage()
  ) throws -> RawFile {
    try HDF5Library.synchronized {
      let list = storage.creationList(of: type ?? memory)
      defer { H5Pclose(list) }
      let space = storage.space(of: shape)
      defer { H5Sclose(space) }
      let dataset = H5Dcreate2(id, name, type ?? memory, space, 0, list, 0)
      guard dataset >= 0 else { throw FixtureError.hdf5("create \(name)") }
      defer { H5Dclose(dataset) }
      guard
        values.isEmpty
          || values.withUnsafeBytes({
            H5Dwrite(dataset, memory, 0, 0, 0, $0.baseAddress)
          }) >= 0
      else {
        throw FixtureError.hdf5("write \(name)")
      }
    }
    return self
  }

  @discardableResult
  package func floats(
    _ name: String, _ shape: [Int], _ values: [Float], type: hid_t? = nil,
    storage: Storage = Storage()
  ) throws -> RawFile {
    try dataset(
      name, shape: shape, values: values, memory: chdf5_ieee_f32le(), type: type,
      storage: storage)
  }

  @discardableResult
  package func integers(
    _ name: String, _ values: [Int64], shape: [Int]? = nil, type: hid_t? = nil
  ) throws -> RawFile {
    try dataset(
      name, shape: shape ?? [values.count], values: values, memory: chdf5_std_i64le(),
      type: type)
  }

  /// Strings of `length` bytes each, padded with zeros or spaces.
  @discardableResult
  package func fixedStrings(
    _ name: String, _ values: [String], length: Int, padding: UInt8 = 0
  ) throws -> RawFile {
    let type = HDF5Library.synchronized { H5Tcopy(chdf5_c_string()) }
    H5Tset_size(type, length)
    H5Tset_strpad(type, padding == 0 ? H5T_STR_NULLPAD : H5T_STR_SPACEPAD)
    let raw = values.flatMap { text in
      Array(text.utf8) + [UInt8](repeating: padding, count: length - text.utf8.count)
    }
    return try dataset(name, shape: [values.count], values: raw, memory: type)
  }

  @discardableResult
  package func strings(_ name: String, _ values: [String]) throws -> RawFile {
    let type = HDF5Library.synchronized { H5Tcopy(chdf5_c_string()) }
    H5Tset_size(type, chdf5_variable_length())
    H5Tset_cset(type, H5T_CSET_UTF8)
    let copies = values.map { text -> UnsafeMutablePointer<CChar> in
      let bytes = text.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (index, byte) in bytes.enumerated() { copy[index] = byte }
      return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    return try dataset(name, shape: [values.count], values: copies, memory: type)
  }

  /// Truth values as h5py stores them: an enum of FALSE and TRUE.
  @discardableResult
  package func booleans(_ name: String, _ values: [Bool]) throws -> RawFile {
    let type = HDF5Library.synchronized { () -> hid_t in
      let type = H5Tenum_create(chdf5_std_i8le())
      var no: Int8 = 0
      var yes: Int8 = 1
      H5Tenum_insert(type, "FALSE", &no)
      H5Tenum_insert(type, "TRUE", &yes)
      return type
    }
    let raw: [Int8] = values.map { $0 ? 1 : 0 }
    return try dataset(name, shape: [values.count], values: raw, memory: type)
  }

  package func externalLink(_ name: String, to file: String, _ object: String) {
    HDF5Library.synchronized { _ = H5Lcreate_external(file, object, id, name, 0, 0) }
  }

  package func softLink(_ name: String, to target: String) {
    HDF5Library.synchronized { _ = H5Lcreate_soft(target, id, name, 0, 0) }
  }

  /// A 16-bit float type of `exponent` bits: 5 is IEEE float16, 8 is bfloat16.
  package static func half(exponent: Int, bigEndian: Bool = false) -> hid_t {
    HDF5Library.synchronized {
      let type = H5Tcopy(bigEndian ? chdf5_ieee_f32be() : chdf5_ieee_f32le())
      let mantissa = 15 - exponent
      H5Tset_fields(type, 15, mantissa, exponent, 0, mantissa)
      H5Tset_size(type, 2)
      H5Tset_ebias(type, 1 << (exponent - 1) - 1)
      return type
    }
  }
}
