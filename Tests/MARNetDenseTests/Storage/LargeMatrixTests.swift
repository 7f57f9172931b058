// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Testing

/// Large blocks, which come from the system page by page.
@Suite struct LargeMatrixTests {
  private static let hugePage = 2 << 20

  @Test(arguments: [8 << 20, (8 << 20) + 4, 20_000_000])
  func largeBuffersAreZeroAndBeginOnAHugePage(byteCount: Int) {
    for _ in 0..<3 {
      let buffer = AlignedBuffer(count: byteCount / 4)
      #expect(Int(bitPattern: buffer.pointer) % Self.hugePage == 0)
      let values = UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count)
      #expect(values.allSatisfy { $0 == 0 })
      // The next round would see these if pages were used again.
      values.update(repeating: 1)
    }
  }

  @Test func copiesOfLargeMatricesAreTheirOwn() {
    let original = Matrix(rowCount: 1_500, columnCount: 2_000, repeating: 2)
    var copy = original
    copy[1_499, 1_999] = 3
    #expect(original[1_499, 1_999] == 2 && copy[1_499, 1_999] == 3)
    #expect(copy[0, 0] == 2)
  }
}
