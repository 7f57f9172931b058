// SPDX-License-Identifier: Apache-2.0

import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What an attribute holds, as far as it says how values are encoded.
enum HDF5Attribute: Equatable {
  case text(String)
  /// One number, or several in the order of the file.
  case numbers([Double])
  /// Anything else, by a name to show.
  case other(String)

  /// More values than columns of any dataset, or a longer text than any name, would be an attack
  /// on memory.
  private static let mostValues = 1 << 20
  private static let mostTextBytes = 1 << 16

  /// The attribute `name` of the open object `owner`; nil when there is none.
  init?(_ name: String, of owner: hid_t) {
    let read: HDF5Attribute? = HDF5Library.synchronized {
      guard H5Aexists(owner, name) > 0 else { return nil }
      let id = H5Aopen(owner, name, 0)
      guard id >= 0 else { return .other("something unreadable") }
      defer { H5Aclose(id) }
      return Self.read(id)
    }
    guard let read else { return nil }
    self = read
  }

  private static func read(_ id: hid_t) -> HDF5Attribute {
    let type = H5Aget_type(id)
    let space = H5Aget_space(id)
    defer {
      H5Tclose(type)
      H5Sclose(space)
    }
    let count = Int(clamping: H5Sget_simple_extent_npoints(space))
    guard 1...mostValues ~= count, H5Sget_simple_extent_type(space) != H5S_NULL else {
      return .other("no value")
    }
    switch H5Tget_class(type) {
    case H5T_INTEGER, H5T_FLOAT:
      var values = [Double](repeating: 0, count: count)
      guard H5Aread(id, chdf5_native_double(), &values) >= 0 else {
        return .other("something unreadable")
      }
      return .numbers(values)
    case H5T_STRING:
      guard count == 1 else { return .other("several strings") }
      return readText(id, type: type)
    default:
      return .other("neither a number nor a string")
    }
  }

  /// One string, fixed or of variable length, without its padding.
  private static func readText(_ id: hid_t, type: hid_t) -> HDF5Attribute {
    if H5Tis_variable_str(type) > 0 {
      var text: UnsafeMutablePointer<CChar>?
      guard H5Aread(id, type, &text) >= 0, let text else { return .other("no value") }
      defer { H5free_memory(text) }
      // Any number of attributes may point to one long text of the file.
      let length = strnlen(text, mostTextBytes + 1)
      guard length <= mostTextBytes else { return .other("a string that is too long") }
      return .text(String(cString: text))
    }
    let length = H5Tget_size(type)
    guard length <= mostTextBytes else { return .other("a string of \(length) bytes") }
    var bytes = [UInt8](repeating: 0, count: length)
    guard H5Aread(id, type, &bytes) >= 0 else { return .other("something unreadable") }
    let kept = bytes.prefix { $0 != 0 }
    let end = kept.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
    return .text(String(decoding: kept[..<end], as: UTF8.self))
  }
}
