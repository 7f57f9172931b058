// SPDX-License-Identifier: Apache-2.0

import CHDF5
import FileFixtures
import MARNetData
import Testing

/// A stored type, how a test writes it, and what its values must become.
struct StoredEncoding: Sendable, CustomTestStringConvertible {
  enum Kind: Sendable { case float16, bfloat16, bfloat16Bits, float32, float64, int8, uint8 }

  let kind: Kind
  var isBigEndian = false
  var storage = RawFile.Storage()
  var note = ""

  var testDescription: String {
    "\(isBigEndian ? "big-endian " : "")\(kind) \(note) chunk \(storage.chunk) "
      + "gzip \(storage.gzip ?? 0) lzf \(storage.lzf) shuffle \(storage.shuffle) "
      + "checksum \(storage.checksum)"
  }

  var featureType: FeatureType {
    switch kind {
    case .float16: .float16
    case .bfloat16, .bfloat16Bits: .bfloat16
    case .float32: .float32
    case .float64: .float64
    case .int8: .int8
    case .uint8: .uint8
    }
  }

  var type: hid_t {
    switch kind {
    case .float16: RawFile.half(exponent: 5, bigEndian: isBigEndian)
    case .bfloat16: RawFile.half(exponent: 8, bigEndian: isBigEndian)
    case .bfloat16Bits: isBigEndian ? chdf5_std_u16be() : chdf5_std_u16le()
    case .float32: isBigEndian ? chdf5_ieee_f32be() : chdf5_ieee_f32le()
    case .float64: isBigEndian ? chdf5_ieee_f64be() : chdf5_ieee_f64le()
    case .int8: chdf5_std_i8le()
    case .uint8: chdf5_std_u8le()
    }
  }

  static let scale: Float = 0.3

  /// The scale of a column of `uint8`.
  private static func scale(ofColumn column: Int) -> Float { scale * Float(column + 1) }

  static let zeroPoint: Float = 3

  /// The float32 values that `numbers`, row by row, must become.
  func values(_ numbers: [Int], width: Int) -> [Float] {
    numbers.enumerated().map { encode($1, column: $0 % width).value }
  }

  /// The stored bytes of `number`, -125 to 125, and the float32 that they mean.
  func encode(_ number: Int, column: Int = 0) -> (bytes: [UInt8], value: Float) {
    let value = Float(number) / 4
    func ordered(_ bits: UInt64, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
      return isBigEndian ? bytes.reversed() : bytes
    }
    switch kind {
    case .float16:
      let sign: UInt64 = value < 0 ? 0x8000 : 0
      let exponent = UInt64(value == 0 ? 0 : Int(value.exponent) + 15)
      let mantissa = UInt64(value.bitPattern >> 13 & 0x3FF)
      return (ordered(sign | exponent << 10 | mantissa, 2), value)
    case .bfloat16, .bfloat16Bits: return (ordered(UInt64(value.bitPattern >> 16), 2), value)
    case .float32: return (ordered(UInt64(value.bitPattern), 4), value)
    case .float64: return (ordered(Double(value).bitPattern, 8), value)
    case .int8:
      let scaled = (Float(number) - Self.zeroPoint) * Self.scale
      return ([UInt8(bitPattern: Int8(number))], scaled)
    case .uint8:
      let product = Float(number + 125) * Self.scale(ofColumn: column)
      return ([UInt8(number + 125)], product + Self.zeroPoint)
    }
  }

  /// Writes `/train/visual` of `shape` with the attributes that this encoding needs.
  func write(_ bytes: [UInt8], shape: [Int], to file: RawFile) throws {
    let name = "train/visual"
    if storage.lzf {
      // Every third chunk stays as it is, as if it had not become smaller.
      try file.lzfChunks(
        name, shape: shape, bytes: bytes, width: featureType.byteCount, type: type,
        storage: storage, packs: { $0 % 3 != 1 })
    } else {
      try file.dataset(name, shape: shape, values: bytes, memory: type, storage: storage)
    }
    switch kind {
    case .bfloat16Bits: file.attribute(name, "dtype", text: "bfloat16")
    case .int8:
      file.attribute(
        name, "scale", numbers: [Double(Self.scale)], type: chdf5_ieee_f32le())
      file.attribute(
        name, "zero_point", numbers: [Double(Self.zeroPoint)], type: chdf5_std_i8le())
    case .uint8:
      let scales = (0..<shape[1]).map { Double(Self.scale(ofColumn: $0)) }
      file.attribute(name, "scale_factor", numbers: scales, shape: [shape[1]])
      file.attribute(name, "add_offset", numbers: [Double(Self.zeroPoint)], shape: [1])
    default: break
    }
  }
}
