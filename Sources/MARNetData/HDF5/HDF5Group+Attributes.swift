// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// Attributes of score files.
extension HDF5Group {
  /// No score file has more; a stranger's file may claim any number.
  private static let mostAttributes = 256

  /// Writes the attribute `name`, which is not there yet.
  func setAttribute(_ name: String, _ value: ScoreAttribute) throws(DataError) {
    switch value {
    case .text(let text): try setAttribute(name, text)
    case .integer(let number):
      try makeAttribute(name, type: .int64(), Int64(number))
    case .unsigned(let number):
      try makeAttribute(name, type: .uint64(), number)
    case .real(let number):
      try makeAttribute(name, type: .float(.float64), number)
    }
  }

  /// Writes the mark `name`, int8, which is not there yet.
  func makeMark(_ name: String, _ value: Int8) throws(DataError) {
    try makeAttribute(name, type: .int8(), value)
  }

  /// Writes another value of the mark `name`: the file's structure stays as it is.
  func changeMark(_ name: String, to value: Int8) throws(DataError) {
    try HDF5Library.synchronized { () throws(DataError) in
      let id = H5Aopen(handle.id, name, 0)
      defer { if id >= 0 { H5Aclose(id) } }
      let type = HDF5Handle.int8()
      guard id >= 0, withUnsafePointer(to: value, { H5Awrite(id, type.id, $0) }) >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
    }
  }

  /// All attributes that hold one string or one number.
  func attributes() throws(DataError) -> [String: ScoreAttribute] {
    try HDF5Library.synchronized { () throws(DataError) in
      let count = Int(
        try HDF5Library.check(
          H5Aget_num_attrs(handle.id), "count the attributes", at: location))
      var found: [String: ScoreAttribute] = [:]
      for index in 0..<min(count, Self.mostAttributes) {
        let id = H5Aopen_by_idx(
          handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, hsize_t(index), 0, 0)
        try HDF5Library.check(id, "open an attribute", at: location)
        defer { H5Aclose(id) }
        var name = [CChar](repeating: 0, count: 256)
        guard H5Aget_name(id, name.count, &name) >= 0 else { continue }
        let key = String(
          decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        found[key] = value(of: id, named: key)
      }
      return found
    }
  }

  private func value(of id: hid_t, named name: String) -> ScoreAttribute? {
    let type = H5Aget_type(id)
    let space = H5Aget_space(id)
    defer {
      H5Tclose(type)
      H5Sclose(space)
    }
    guard H5Sget_simple_extent_npoints(space) == 1 else { return nil }
    switch H5Tget_class(type) {
    case H5T_INTEGER where H5Tget_sign(type) == H5T_SGN_NONE:
      var number: UInt64 = 0
      return H5Aread(id, chdf5_native_uint64(), &number) >= 0 ? .unsigned(number) : nil
    case H5T_INTEGER:
      var number: Int64 = 0
      return H5Aread(id, chdf5_native_int64(), &number) >= 0 ? .integer(Int(number)) : nil
    case H5T_FLOAT:
      var number = 0.0
      return H5Aread(id, chdf5_native_double(), &number) >= 0 ? .real(number) : nil
    default:
      guard case .text(let text) = HDF5Attribute(name, of: handle.id) else { return nil }
      return .text(text)
    }
  }

  private func makeAttribute<Value: BitwiseCopyable>(
    _ name: String, type: HDF5Handle, _ value: Value
  ) throws(DataError) {
    try HDF5Library.synchronized { () throws(DataError) in
      let space = HDF5Dataspace(shape: [])
      let id = H5Acreate2(handle.id, name, type.id, space.handle.id, 0, 0)
      defer { if id >= 0 { H5Aclose(id) } }
      guard id >= 0, withUnsafePointer(to: value, { H5Awrite(id, type.id, $0) }) >= 0 else {
        throw DataError.cannotWrite(path: location.path, reason: HDF5Library.writingFailure)
      }
    }
  }
}
