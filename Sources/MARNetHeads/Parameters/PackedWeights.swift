// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The weight matrices of a parameter block in the order in which products read them, packed
/// once an update.
package final class PackedWeights: Sendable {
  /// Some rows of one matrix.
  private struct Part {
    let slot: ParameterSlot
    let rows: Range<Int>
  }

  private static let rowsPerPart = 2 * ProductKernel.cutMultiple
  package let precision: Precision
  private let forward: [PackedMatrix?]
  private let backward: [PackedMatrix?]
  private let parts: [Part]

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
    parts = layout.slots.filter { !$0.isVector }.flatMap { slot in
      stride(from: 0, to: slot.rowCount, by: Self.rowsPerPart).map { first in
        Part(slot: slot, rows: first..<min(first + Self.rowsPerPart, slot.rowCount))
      }
    }
  }

  func pack(_ parameters: ParameterBlock, pool: WorkerPool?) {
    guard let pool else {
      for part in parts { pack(part, parameters) }
      return
    }
    pool.forEach(parts.count) { task, _ in pack(parts[task], parameters) }
  }

  private func pack(_ part: Part, _ parameters: ParameterBlock) {
    let weight = parameters[part.slot]
    forward[part.slot.index]?.packRows(part.rows, of: weight, .transposed)
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
