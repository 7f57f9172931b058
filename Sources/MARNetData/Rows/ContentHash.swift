// SPDX-License-Identifier: Apache-2.0

/// XXH64 of bytes fed piece by piece (Collet, "xxHash fast digest algorithm",
/// github.com/Cyan4973/xxHash, doc/xxhash_spec.md), with seed 0.
///
/// A checksum that tells data sets apart, not a defence against forgery.
package struct ContentHash: Sendable {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
  private static let stripe = 32

  private var lanes: SIMD4<UInt64> = [
    prime1 &+ prime2, prime2, 0, 0 &- prime1,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  package init() {}

  /// Feeds `bytes`; where they are cut does not matter.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(Self.stripe - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<start])
      guard pending.count == Self.stripe else { return }
      pending.withUnsafeBytes { consume($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.count - start) / Self.stripe * Self.stripe
    consume(UnsafeRawBufferPointer(rebasing: bytes[start..<start + whole]))
    pending.append(contentsOf: bytes[(start + whole)...])
  }

  /// Feeds the bytes of `values` in the memory order of a little-endian machine.
  package mutating func update<Value: BitwiseCopyable>(_ values: [Value]) {
    values.withUnsafeBytes { update($0) }
  }

  /// The hash of everything fed so far.
  package var value: UInt64 {
    var hash: UInt64
    if byteCount >= UInt64(Self.stripe) {
      hash =
        rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
      for lane in 0..<4 {
        hash = (hash ^ round(0, lanes[lane])) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = Self.prime5
    }
    hash &+= byteCount
    pending.withUnsafeBytes { bytes in
      var at = 0
      while at + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        hash = rotate(hash ^ round(0, word), 27) &* Self.prime1 &+ Self.prime4
        at += 8
      }
      if at + 4 <= bytes.count {
        let word = UInt64(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        hash = rotate(hash ^ (word &* Self.prime1), 23) &* Self.prime2 &+ Self.prime3
        at += 4
      }
      for byte in bytes[at...] {
        hash = rotate(hash ^ (UInt64(byte) &* Self.prime5), 11) &* Self.prime1
      }
    }
    hash = (hash ^ (hash >> 33)) &* Self.prime2
    hash = (hash ^ (hash >> 29)) &* Self.prime3
    return hash ^ (hash >> 32)
  }

  /// The same as 16 hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private mutating func consume(_ bytes: UnsafeRawBufferPointer) {
    var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
    for at in stride(from: 0, to: bytes.count, by: Self.stripe) {
      a = round(a, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      b = round(b, bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
      c = round(c, bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self))
      d = round(d, bytes.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self))
    }
    lanes = [a, b, c, d]
  }

  @inline(__always)
  private func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* Self.prime2, 31) &* Self.prime1
  }

  @inline(__always)
  private func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word << bits | word >> (64 - bits)
  }
}
