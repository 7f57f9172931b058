// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import Testing

/// Kernels that turn the bytes of a file into values.
@Suite struct StoredBytesTests {
  /// Bytes that look random, always the same.
  private func noise(_ count: Int, seed: UInt32) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }

  @Test(arguments: [1, 2, 3, 511, 512, 513, 4_099, 100_000])
  func fletcherIsTheSumsOfItsDefinition(count: Int) {
    for bytes in [
      noise(count, seed: 5), [UInt8](repeating: 0xFF, count: count),
      [UInt8](repeating: 0, count: count),
    ] {
      var (first, second): (UInt32, UInt32) = (0, 0)
      for at in stride(from: 0, to: count, by: 2) {
        first += UInt32(bytes[at]) << 8 | (at + 1 < count ? UInt32(bytes[at + 1]) : 0)
        if first > 65_535 { first -= 65_535 }
        second += first
        if second > 65_535 { second -= 65_535 }
      }
      let expected = second << 16 | first
      #expect(marnet_fletcher32(bytes, count) == expected)
      #expect(marnet_fletcher32_scalar(bytes, count) == expected)
    }
  }

  /// The check value of the polynomial, and the examples of RFC 3720, appendix B.4.
  @Test func castagnoliIsThatOfItsStandard() {
    func check(_ bytes: [UInt8]) -> UInt32 { marnet_crc32c(bytes, bytes.count) }
    #expect(check(Array("123456789".utf8)) == 0xE306_9283)
    #expect(check([]) == 0)
    #expect(check([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(check([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(check(Array(0..<32)) == 0x46DD_794E)
    #expect(check(Array((0..<32).reversed())) == 0x113F_DB5C)
    // TFRecord's mask of the first.
    #expect(CastagnoliChecksum.masked(Array("123456789".utf8)) == 0xC78A_B0E5)
  }

  @Test(arguments: [1, 7, 20, 211])
  func everyByteIsScaledTheSameOnEveryProcessor(columns: Int) {
    let rows = 256 * 3 / columns + 2
    let source = (0..<rows * (columns + 3)).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let scale = (0..<columns).map { Float($0 + 1) * 0.0137 }
    let offset = (0..<columns).map { Float($0) * 1.7 - 9 }
    for signed in [Int32(0), 1] {
      for adds in [false, true] {
        let (kernel, twin) =
          adds
          ? (marnet_from_offset, marnet_from_offset_scalar)
          : (marnet_from_zero_point, marnet_from_zero_point_scalar)
        var wide = [Float](repeating: -1, count: rows * (columns + 1))
        var scalar = wide
        kernel(
          source, columns + 3, signed, &wide, columns + 1, rows, columns, scale, offset)
        twin(
          source, columns + 3, signed, &scalar, columns + 1, rows, columns, scale, offset)
        #expect(wide.map(\.bitPattern) == scalar.map(\.bitPattern))
        for row in 0..<rows {
          for column in 0..<columns {
            let byte = source[row * (columns + 3) + column]
            let q = signed == 1 ? Float(Int8(bitPattern: byte)) : Float(byte)
            let product = q * scale[column]
            let expected =
              adds ? product + offset[column] : (q - offset[column]) * scale[column]
            #expect(wide[row * (columns + 1) + column].bitPattern == expected.bitPattern)
          }
          #expect(wide[row * (columns + 1) + columns] == -1)
        }
      }
    }
  }

  /// Hostile streams write nothing beyond the target, and both calls agree on their size.
  @Test func lzfStaysWithinItsTarget() {
    for seed in 0..<20_000 {
      let source = noise(1 + seed % 61, seed: UInt32(seed)).map { seed % 3 == 0 ? $0 & 0x2F : $0 }
      let size = marnet_lzf_expanded_size(source, source.count)
      for room in Set([size, max(size, 1) - 1, size + 1, 40]) {
        var target = [UInt8](repeating: 0xA5, count: room + 16)
        let isWhole = marnet_lzf_expand(source, source.count, &target, room) != 0
        #expect(isWhole == (size > 0 && room == size))
        #expect(target[room...].allSatisfy { $0 == 0xA5 })
      }
    }
  }

  @Test func lzfRepeatsWhatItWroteEvenWhileItWrites() {
    // "ab", 9 bytes from 2 back, 264 from 1 back, 3 from 275 back.
    let source: [UInt8] = [1, 97, 98, 224, 0, 1, 224, 255, 0, 32 | 1, 18]
    let expected = "abababababa" + String(repeating: "a", count: 264) + "aba"
    var target = [UInt8](repeating: 0, count: expected.utf8.count)
    #expect(marnet_lzf_expanded_size(source, source.count) == target.count)
    #expect(marnet_lzf_expand(source, source.count, &target, target.count) == 1)
    #expect(String(decoding: target, as: UTF8.self) == expected)
  }
}
