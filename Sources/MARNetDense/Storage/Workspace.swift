// SPDX-License-Identifier: Apache-2.0

/// One allocation out of which a network carves the matrices of a step.
///
/// Sizes are declared first, then the block is made once; a training step
/// allocates nothing.
package struct Workspace {
  /// A place in the block, known before the block exists.
  package struct Slot: Sendable {
    fileprivate let offset: Int
    package let rowCount: Int
    package let columnCount: Int
  }

  private var count = 0
  private var buffer: AlignedBuffer?

  package init() {}

  /// Reserves `[rows, columns]`; every slot starts on a cache line.
  package mutating func reserve(_ rowCount: Int, _ columnCount: Int) -> Slot {
    precondition(buffer == nil, "reserve after the workspace was made")
    let slot = Slot(offset: count, rowCount: rowCount, columnCount: columnCount)
    let lane = AlignedBuffer.alignment / MemoryLayout<Float>.stride
    count += (rowCount * columnCount + lane - 1) / lane * lane
    return slot
  }

  /// Makes the block, zeroed.
  package mutating func make() { buffer = AlignedBuffer(count: count) }

  /// The matrix at `slot`; valid while this workspace (or a copy of it) lives.
  package subscript(slot: Slot) -> MatrixView {
    guard let buffer else { preconditionFailure("a workspace was used before make()") }
    return MatrixView(
      pointer: buffer.pointer + slot.offset, rowCount: slot.rowCount,
      columnCount: slot.columnCount)
  }
}
