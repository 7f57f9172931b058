// SPDX-License-Identifier: Apache-2.0

/// The cut of a batch into blocks of rows, a function of the batch size alone.
///
/// A block is large enough for OpenBLAS to pay for packing the weights, and there
/// are enough of them for several workers. The number of workers plays no part:
/// it must not change a bit.
package struct RowBlocks: Sendable {
  package let rowCount: Int
  package let blockSize: Int

  package init(rowCount: Int) {
    self.rowCount = rowCount
    let part = (rowCount + 3) / 4
    blockSize = max(64, (part + 15) / 16 * 16)
  }

  package var count: Int { (rowCount + blockSize - 1) / blockSize }

  @inline(__always)
  package func range(_ block: Int) -> Range<Int> {
    block * blockSize..<min((block + 1) * blockSize, rowCount)
  }
}
