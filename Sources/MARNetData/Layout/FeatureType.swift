// SPDX-License-Identifier: Apache-2.0

/// The floating-point types in which features may be stored.
public enum FeatureType: String, Sendable, Codable, CaseIterable {
  /// IEEE 754 half precision.
  case float16
  /// The upper half of a float32.
  case bfloat16
  /// IEEE 754 single precision.
  case float32
  /// IEEE 754 double precision; read as float32.
  case float64

  /// Bytes of one value.
  public var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64: 8
    }
  }

  var mantissaBits: Int {
    switch self {
    case .float16: 10
    case .bfloat16: 7
    case .float32: 23
    case .float64: 52
    }
  }

  var exponentBits: Int {
    switch self {
    case .float16: 5
    case .bfloat16, .float32: 8
    case .float64: 11
    }
  }
}
