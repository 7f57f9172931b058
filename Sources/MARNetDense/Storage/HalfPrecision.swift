// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// Conversions between 16-bit floats, held as bit patterns, and Float32.
package enum HalfPrecision {
  /// float16 to float32, exact.
  package static func widen(
    float16 source: UnsafePointer<UInt16>, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    marnet_half_to_float(source, target, count)
  }

  /// bfloat16 to float32, exact.
  package static func widen(
    bfloat16 source: UnsafePointer<UInt16>, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    marnet_bfloat16_to_float(source, target, count)
  }

  /// float32 to float16, rounded to nearest even; beyond 65,504 becomes infinite.
  package static func narrow(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<UInt16>, count: Int
  ) {
    marnet_float_to_half(source, target, count)
  }
}
