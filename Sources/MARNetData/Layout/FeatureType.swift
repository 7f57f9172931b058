// SPDX-License-Identifier: Apache-2.0

/// The types in which features may be stored; read as float32, all of them.
public enum FeatureType: String, Sendable, Codable, CaseIterable {
  /// IEEE 754 half precision.
  case float16
  /// The upper half of a float32: an HDF5 type of its own, or 16-bit integers whose attribute
  /// says so.
  case bfloat16
  /// IEEE 754 single precision.
  case float32
  /// IEEE 754 double precision.
  case float64
  /// Signed bytes that attributes scale; read, never written.
  case int8
  /// Unsigned bytes that attributes scale; read, never written.
  case uint8

  /// The types that this package also writes: those of floating-point numbers.
  public static let writable: [FeatureType] = [.float16, .bfloat16, .float32, .float64]

  /// Bytes of one value.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64: 8
    }
  }

  /// Bits of the mantissa and of the exponent; nil for integers.
  var floatFields: (mantissa: Int, exponent: Int)? {
    switch self {
    case .float16: (10, 5)
    case .bfloat16: (7, 8)
    case .float32: (23, 8)
    case .float64: (52, 11)
    case .int8, .uint8: nil
    }
  }
}
