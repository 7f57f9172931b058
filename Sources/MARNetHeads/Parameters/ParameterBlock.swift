// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// All parameters of a network in one allocation, with their gradients beside them.
///
/// One block makes the optimizer one loop and a checkpoint one write.
///
/// `@unchecked Sendable`: one network's step owns it; its phases write disjoint parts.
package final class ParameterBlock: @unchecked Sendable {
  package let layout: ParameterLayout
  package let values: AlignedBuffer
  package let gradients: AlignedBuffer
  /// Σ of the gradients' squares, where whoever wrote them has summed it on the way.
  package var gradientSquares: Double?
  /// The matrices as products read them; current after `pack`.
  package let packed: PackedWeights

  /// Parameters drawn from `key`; each is keyed by its name, so that adding a
  /// layer changes no other layer's start.
  package init(layout: ParameterLayout, key: RandomKey, precision: Precision = .float32) {
    self.layout = layout
    packed = PackedWeights(layout: layout, precision: precision, isTrained: true)
    values = AlignedBuffer(count: layout.count)
    gradients = AlignedBuffer(count: layout.count)
    for slot in layout.slots {
      key.fillUniform(
        values.pointer + slot.offset, count: slot.count, bound: slot.initialBound,
        rowKey: Self.rowKey(of: slot.name), tag: RandomKey.tag(purpose: RandomPurpose.initial))
      guard slot.initialValue != 0 else { continue }
      for index in 0..<slot.count { values.pointer[slot.offset + index] += slot.initialValue }
    }
    pack()
  }

  /// A block of zeros, to be filled from a file or from other blocks.
  package init(layout: ParameterLayout, precision: Precision = .float32) {
    self.layout = layout
    packed = PackedWeights(layout: layout, precision: precision, isTrained: false)
    values = AlignedBuffer(count: layout.count)
    gradients = AlignedBuffer(count: 0)
  }

  @inline(__always)
  package subscript(slot: ParameterSlot) -> MatrixView {
    MatrixView(
      pointer: values.pointer + slot.offset, rowCount: slot.rowCount,
      columnCount: slot.columnCount)
  }

  @inline(__always)
  package func gradient(of slot: ParameterSlot) -> MatrixView {
    MatrixView(
      pointer: gradients.pointer + slot.offset, rowCount: slot.rowCount,
      columnCount: slot.columnCount)
  }

  /// Packs every matrix for products: for whoever changed values through a view. The
  /// optimizer and `copyValues` do it themselves.
  package func pack() { packed.pack(self) }

  /// Takes over every parameter of `other` that this layout has by name, and packs.
  ///
  /// - Parameter isWanted: false leaves a parameter as it is.
  package func copyValues(
    from other: ParameterBlock, where isWanted: (_ name: String) -> Bool = { _ in true }
  ) {
    for slot in layout.slots where isWanted(slot.name) {
      guard let source = other.layout.slot(named: slot.name) else { continue }
      self[slot].copy(from: other[source])
    }
    pack()
  }

  /// Begins to sum all gradients over the ranks; their squares are then no longer known.
  func beginSum(over ranks: any RankGroup) {
    guard ranks.isShared else { return }
    gradientSquares = nil
    ranks.beginSum(UnsafeMutableBufferPointer(start: gradients.pointer, count: gradients.count))
  }

  /// FNV-1a of the name.
  private static func rowKey(of name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
