// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

extension ParameterBlock {
  /// Takes every parameter from `named`, an object of arrays; their names must be the block's.
  func load(_ named: Golden, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(
      layout.slots.map(\.name).sorted() == named.keys, "names of parameters",
      sourceLocation: sourceLocation)
    for slot in layout.slots {
      let matrix = try named[slot.name].matrix
      try #require(
        matrix.view.shape == self[slot].shape, "shape of '\(slot.name)'",
        sourceLocation: sourceLocation)
      self[slot].load(matrix)
    }
    pack()
  }

  /// Every parameter by name, or every gradient.
  func named(gradients: Bool = false) -> [String: Matrix] {
    var result: [String: Matrix] = [:]
    for slot in layout.slots {
      result[slot.name] = (gradients ? gradient(of: slot) : self[slot]).matrix()
    }
    return result
  }
}

/// Expects the matrices in `actual` to be the arrays in `expected`, name by name.
func expectClose(
  _ actual: [String: Matrix], _ expected: Golden, tolerance: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(actual.keys.sorted() == expected.keys, "\(name)", sourceLocation: sourceLocation)
  for (key, matrix) in actual.sorted(by: { $0.key < $1.key }) {
    expectClose(
      matrix, try expected[key].matrix, tolerance: tolerance, "\(name) of \(key)",
      sourceLocation: sourceLocation)
  }
}
