// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Where one parameter lies in the flat block, and how it is initialised and decayed.
package struct ParameterSlot: Sendable, Equatable {
  package let name: String
  package let offset: Int
  package let rowCount: Int
  package let columnCount: Int
  /// Biases are vectors: `[1, n]` here, `[n]` in files, and exempt from weight decay.
  package let isVector: Bool
  /// Initial values are uniform in ±bound; 1/√fan-in, PyTorch's default for linear layers.
  package let initialBound: Float
  /// Added to them: 1 for the weights of a normalisation.
  package let initialValue: Float
  /// Position among the slots of its layout.
  package let index: Int
  /// Whether a product with the matrix gives the gradient of a layer's input: not so where
  /// the input is data.
  package let hasInputGradient: Bool

  package var count: Int { rowCount * columnCount }
}

/// The order of parameters in one flat block, fixed before the block is made.
package struct ParameterLayout: Sendable, Equatable {
  package private(set) var slots: [ParameterSlot] = []
  /// Elements of the block; every slot starts on a cache line.
  package private(set) var count = 0

  package init() {}

  package mutating func addMatrix(
    _ name: String, rows: Int, columns: Int, bound: Float, hasInputGradient: Bool = true
  ) -> ParameterSlot {
    add(name, rows, columns, isVector: false, bound, 0, hasInputGradient)
  }

  package mutating func addVector(
    _ name: String, count: Int, bound: Float, around value: Float = 0
  ) -> ParameterSlot {
    add(name, 1, count, isVector: true, bound, value, false)
  }

  private mutating func add(
    _ name: String, _ rows: Int, _ columns: Int, isVector: Bool, _ bound: Float,
    _ value: Float, _ hasInputGradient: Bool
  ) -> ParameterSlot {
    precondition(
      !slots.contains { $0.name == name }, "parameter '\(name)' was added twice")
    let slot = ParameterSlot(
      name: name, offset: count, rowCount: rows, columnCount: columns, isVector: isVector,
      initialBound: bound, initialValue: value, index: slots.count,
      hasInputGradient: hasInputGradient)
    slots.append(slot)
    count += (slot.count + 15) / 16 * 16
    return slot
  }

  package func slot(named name: String) -> ParameterSlot? {
    slots.first { $0.name == name }
  }

  /// Some rows of one parameter: the unit of work of whoever passes over the whole block.
  package struct Part: Sendable {
    package let slot: ParameterSlot
    package let rows: Range<Int>

    package var offset: Int { slot.offset + rows.lowerBound * slot.columnCount }
    package var count: Int { rows.count * slot.columnCount }
  }

  private static let rowsPerPart = ProductKernel.cutMultiple

  /// All parameters in parts that can be packed on their own.
  package var parts: [Part] {
    slots.flatMap { slot in
      stride(from: 0, to: slot.rowCount, by: Self.rowsPerPart).map { first in
        Part(slot: slot, rows: first..<min(first + Self.rowsPerPart, slot.rowCount))
      }
    }
  }
}
