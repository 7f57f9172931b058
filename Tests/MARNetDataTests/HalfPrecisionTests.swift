// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import Testing

@Suite struct HalfPrecisionTests {
  static let everyPattern = (0...UInt16.max).map { $0 }

  @Test func every16BitPatternWidensAsSwiftsFloat16() {
    let source = Self.everyPattern
    var wide = [Float](repeating: 0, count: source.count)
    var scalar = wide
    HalfPrecision.widen(float16: source, into: &wide, count: source.count)
    marnet_half_to_float_scalar(source, &scalar, source.count)
    for (index, bits) in source.enumerated() {
      #expect(wide[index].bitPattern == scalar[index].bitPattern, "pattern \(bits)")
      #if !(os(macOS) && arch(x86_64))
        let reference = Float(Float16(bitPattern: bits))
        #expect(
          reference.isNaN ? wide[index].isNaN : reference.bitPattern == wide[index].bitPattern,
          "pattern \(bits)")
      #endif
    }
  }

  @Test func every16BitPatternIsTheUpperHalfOfItsFloat() {
    let source = Self.everyPattern
    var wide = [Float](repeating: 0, count: source.count)
    var scalar = wide
    HalfPrecision.widen(bfloat16: source, into: &wide, count: source.count)
    marnet_bfloat16_to_float_scalar(source, &scalar, source.count)
    for (index, bits) in source.enumerated() {
      #expect(wide[index].bitPattern == UInt32(bits) << 16, "pattern \(bits)")
      #expect(scalar[index].bitPattern == UInt32(bits) << 16, "pattern \(bits)")
    }
  }

  /// Every float16, its neighbours, the midpoints between neighbours, and what
  /// lies beyond the range.
  static let roundingCases: [Float] =
    everyPattern.flatMap { bits -> [Float] in
      var exact: Float = 0
      HalfPrecision.widen(float16: [bits], into: &exact, count: 1)
      let upper = exact.bitPattern
      return [0, 1, 0x0FFF, 0x1000, 0x1001, 0x1FFF].map { Float(bitPattern: upper &+ $0) }
    } + [1e-8, 2.9802322e-8, 2.9802326e-8, 65_519.996, 65_520, 1e30, -1e30, .leastNonzeroMagnitude]

  @Test func narrowingRoundsAsSwiftsFloat16() {
    let source = Self.roundingCases
    var wide = [UInt16](repeating: 0, count: source.count)
    var scalar = wide
    HalfPrecision.narrow(source, into: &wide, count: source.count)
    marnet_float_to_half_scalar(source, &scalar, source.count)
    for (index, value) in source.enumerated() {
      #expect(wide[index] == scalar[index], "\(value.bitPattern)")
      #if !(os(macOS) && arch(x86_64))
        let reference = Float16(value)
        #expect(
          value.isNaN
            ? wide[index] & 0x7FFF > 0x7C00 : wide[index] == reference.bitPattern, "\(value)")
      #endif
    }
  }

  @Test(arguments: [0, 1, 7, 8, 9, 31])
  func anyCountIsConverted(count: Int) {
    let source = (0..<count).map { Float($0) - 3.5 }
    var halves = [UInt16](repeating: 0xFFFF, count: count + 1)
    var back = [Float](repeating: 99, count: count + 1)
    HalfPrecision.narrow(source, into: &halves, count: count)
    HalfPrecision.widen(float16: halves, into: &back, count: count)
    #expect(Array(back[..<count]) == source && back[count] == 99 && halves[count] == 0xFFFF)
  }
}
