// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// How the values of a dataset lie in its file.
package enum StoredType: Sendable, Equatable {
  case float(FeatureType, bigEndian: Bool)
  case integer(bytes: Int, signed: Bool, bigEndian: Bool, kind: IntegerKind)
  /// `length` in bytes; nil when every string has its own.
  case string(length: Int?, padding: StringPadding)
  /// Anything else, by a name to show.
  case other(String)

  package enum IntegerKind: Sendable { case number, boolean, enumeration, bits }
  package enum StringPadding: Sendable { case zero, space }

  /// Bytes of one value in the file; nil where it varies or does not matter.
  package var byteCount: Int? {
    switch self {
    case .float(let type, _): type.byteCount
    case .integer(let bytes, _, _, _): bytes
    case .string(let length, _): length
    case .other: nil
    }
  }

  /// A name to show, in NumPy's words: "float16", "big-endian int64", "string".
  package var name: String {
    switch self {
    case .float(let type, let bigEndian):
      return (bigEndian ? "big-endian " : "") + type.rawValue
    case .integer(let bytes, let signed, let bigEndian, let kind):
      let number =
        (bigEndian && bytes > 1 ? "big-endian " : "") + (signed ? "int" : "uint")
        + String(bytes * 8)
      switch kind {
      case .number: return number
      case .boolean: return "bool"
      case .enumeration: return "enum of \(number)"
      case .bits: return "bits of \(number)"
      }
    case .string(let length, _):
      return length.map { "string of \($0) bytes" } ?? "string"
    case .other(let name):
      return name
    }
  }
}

extension StoredType {
  /// Reads what the HDF5 type `id` is.
  init(_ id: hid_t) {
    self = HDF5Library.synchronized { Self.describe(id) }
  }

  private static func describe(_ id: hid_t) -> StoredType {
    switch H5Tget_class(id) {
    case H5T_FLOAT: return describeFloat(id)
    case H5T_INTEGER: return describeInteger(id, kind: .number)
    case H5T_BITFIELD: return describeInteger(id, kind: .bits)
    case H5T_ENUM: return describeEnumeration(id)
    case H5T_STRING:
      let padding: StringPadding = H5Tget_strpad(id) == H5T_STR_SPACEPAD ? .space : .zero
      return .string(length: H5Tis_variable_str(id) > 0 ? nil : H5Tget_size(id), padding: padding)
    case H5T_COMPOUND: return .other("compound")
    case H5T_VLEN: return .other("variable-length list")
    case H5T_ARRAY: return .other("array")
    case H5T_REFERENCE: return .other("reference")
    case H5T_OPAQUE: return .other("opaque")
    default: return .other("unknown type")
    }
  }

  private static func describeFloat(_ id: hid_t) -> StoredType {
    var sign = 0
    var exponentAt = 0
    var exponentBits = 0
    var mantissaAt = 0
    var mantissaBits = 0
    let size = H5Tget_size(id)
    let status = H5Tget_fields(
      id, &sign, &exponentAt, &exponentBits, &mantissaAt, &mantissaBits)
    let bias = 1 << (max(exponentBits, 1) - 1) - 1
    let order = H5Tget_order(id)
    let known = FeatureType.allCases.first { type in
      type.byteCount == size && type.floatFields?.mantissa == mantissaBits
        && type.floatFields?.exponent == exponentBits
    }
    guard status >= 0, let known, mantissaAt == 0, exponentAt == mantissaBits,
      sign == mantissaBits + exponentBits, H5Tget_ebias(id) == bias,
      order == H5T_ORDER_LE || order == H5T_ORDER_BE
    else { return .other("float of \(size) bytes with \(mantissaBits) bits of mantissa") }
    return .float(known, bigEndian: order == H5T_ORDER_BE)
  }

  private static func describeInteger(_ id: hid_t, kind: IntegerKind) -> StoredType {
    let size = H5Tget_size(id)
    guard [1, 2, 4, 8].contains(size), H5Tget_precision(id) == size * 8 else {
      return .other("integer of \(H5Tget_precision(id)) bits")
    }
    return .integer(
      bytes: size, signed: kind != .bits && H5Tget_sign(id) == H5T_SGN_2,
      bigEndian: H5Tget_order(id) == H5T_ORDER_BE, kind: kind)
  }

  private static func describeEnumeration(_ id: hid_t) -> StoredType {
    let base = H5Tget_super(id)
    guard base >= 0 else { return .other("enum") }
    let isBoolean =
      H5Tget_nmembers(id) == 2 && H5Tget_member_index(id, "FALSE") >= 0
      && H5Tget_member_index(id, "TRUE") >= 0
    defer { H5Tclose(base) }
    guard H5Tget_class(base) == H5T_INTEGER else { return .other("enum") }
    return describeInteger(base, kind: isBoolean ? .boolean : .enumeration)
  }
}
