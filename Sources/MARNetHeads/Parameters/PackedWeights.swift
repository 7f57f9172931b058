// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The weight matrices of a parameter block in the order in which products read them, packed
/// once an update.
package final class PackedWeights: Sendable {
  package let precision: Precision
  private let forward: [PackedMatrix?]
  private let backward: [PackedMatrix?]
  private let parts: [ParameterLayout.Part]

  /// - Parameter isTrained: false leaves out what only the backward pass reads.
  init(layout: ParameterLayout, precision: Precision, isTrained: Bool) {
    self.precision = precision
    forward = layout.slots.map { slot in
      slot.isVector
        ? nil
        : PackedMatrix(
          innerCount: slot.columnCount, columnCount: slot.rowCount, precision: precision)
    }
    backward = layout.slots.map { slot in
      isTrained && slot.hasInputGradient
        ? PackedMatrix(
          innerCount: slot.rowCount, columnCount: slot.columnCount, precision: precision) : nil
    }
    parts = layout.parts
  }

  func pack(_ parameters: ParameterBlock) {
    for part in parts { pack(part, of: parameters) }
  }

  /// Packs one part; vectors have nothing to pack.
  @inline(__always)
  func pack(_ part: ParameterLayout.Part, of parameters: ParameterBlock) {
    guard let forward = forward[part.slot.index] else { return }
    let weight = parameters[part.slot]
    forward.packRows(part.rows, of: weight, .transposed)
    backward[part.slot.index]?.packRows(part.rows, of: weight, .straight)
  }

  /// `y = x Wᵀ`.
  @inline(__always)
  func multiply(_ x: MatrixView, transposed weight: ParameterSlot, into y: MatrixView) {
    guard let matrix = forward[weight.index] else {
      preconditionFailure("'\(weight.name)' is not a matrix")
    }
    matrix.multiply(x, into: y)
  }

  /// `dx = dy W`.
  @inline(__always)
  func multiply(_ dy: MatrixView, _ weight: ParameterSlot, into dx: MatrixView) {
    guard let matrix = backward[weight.index] else {
      preconditionFailure("'\(weight.name)' has no gradient of its input")
    }
    matrix.multiply(dy, into: dx)
  }
}
