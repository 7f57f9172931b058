// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense
import Testing

@Suite struct ByteShuffleTests {
  @Test(arguments: [1, 2, 3, 4, 8, 9], [0, 1, 7, 64, 1_003])
  func bytesOfAValueComeTogether(width: Int, count: Int) {
    let values = (0..<count * width).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }
    let shuffled = (0..<width).flatMap { byte in
      (0..<count).map { values[$0 * width + byte] }
    }
    var wide = [UInt8](repeating: 0, count: values.count)
    var scalar = wide
    ByteShuffle.undo(shuffled, into: &wide, count: count, width: width)
    marnet_unshuffle_scalar(shuffled, &scalar, count, width)
    #expect(wide == values)
    #expect(scalar == values)
  }
}
