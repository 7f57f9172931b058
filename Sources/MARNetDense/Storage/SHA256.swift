// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// SHA-256 (FIPS 180-4) of bytes fed piece by piece.
package struct SHA256: Sendable {
  private static let blockSize = 64

  /// The first 32 bits of the fractional parts of the square roots of the first eight primes.
  private var state: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
    0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  package init() {}

  /// Feeds `bytes`; where they are cut does not matter.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(Self.blockSize - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<start])
      guard pending.count == Self.blockSize else { return }
      pending.withUnsafeBytes { consume($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.count - start) / Self.blockSize * Self.blockSize
    consume(UnsafeRawBufferPointer(rebasing: bytes[start..<start + whole]))
    pending.append(contentsOf: bytes[(start + whole)...])
  }

  /// The hash of everything fed so far, 64 hexadecimal digits.
  package var text: String {
    var last = self
    // A one bit, zeros, and the length in bits fill the last block.
    let used = (pending.count + 1 + 8) % Self.blockSize
    let zeros = used == 0 ? 0 : Self.blockSize - used
    let length = (byteCount &* 8).bigEndian
    let ending = [0x80] + [UInt8](repeating: 0, count: zeros)
    ending.withUnsafeBytes { last.update($0) }
    withUnsafeBytes(of: length) { last.update($0) }
    return last.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func consume(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    marnet_sha256_blocks(
      &state, start.assumingMemoryBound(to: UInt8.self), bytes.count / Self.blockSize)
  }
}
