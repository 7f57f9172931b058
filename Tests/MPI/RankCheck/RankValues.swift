// SPDX-License-Identifier: Apache-2.0

/// Values that every rank can compute of every other.
enum RankValues {
  /// Of any size between 2⁻¹² and 2¹², so that sums depend on their order.
  static func value(_ index: Int, rank: Int, salt: Int) -> Double {
    let bits = mixed(UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(rank * 1_000_003 + salt))
    let exponent = Double(Int(bits & 0xFF) % 25 - 12)
    let fraction = Double(bits >> 12) / Double(1 << 52)
    return ((bits >> 8) & 1 == 0 ? 1 : -1) * (1 + fraction) * .pow2(exponent)
  }

  static func byte(_ index: Int, rank: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: mixed(UInt64(index) &+ UInt64(rank) &* 0xD1B5_4A32_D192_ED03))
  }

  /// 0 + x₀ + x₁ + …
  static func sum<Value: BinaryFloatingPoint>(
    _: Value.Type, _ index: Int, ranks: Int, salt: Int
  ) -> Value {
    (0..<ranks).reduce(Value.zero) { $0 + Value(value(index, rank: $1, salt: salt)) }
  }

  /// SplitMix64.
  static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension Double {
  fileprivate static func pow2(_ exponent: Double) -> Double {
    Double(sign: .plus, exponent: Int(exponent), significand: 1)
  }
}
