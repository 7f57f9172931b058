// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The weight gradients of a step as equal tasks: each layer is cut into tiles of
/// output units, so that no sum is shared between workers.
package struct WeightGradients: Sendable {
  private struct Tile {
    let layer: Linear
    let outputGradient: MatrixView
    let input: MatrixView
    let outputs: Range<Int>
  }

  private static let unitsPerTile = 128
  private var tiles: [Tile] = []

  package init() {}

  /// Registers a layer whose output gradient `dy` `[rows, out]` and input `x` `[rows, in]`
  /// stand in the same places at every step.
  package mutating func add(_ layer: Linear, outputGradient dy: MatrixView, input x: MatrixView) {
    precondition(
      dy.columnCount == layer.weight.rowCount && x.columnCount == layer.weight.columnCount
        && dy.rowCount == x.rowCount,
      "layer '\(layer.weight.name)' [\(layer.weight.rowCount), \(layer.weight.columnCount)] "
        + "does not fit gradient \(dy.shape) and input \(x.shape)")
    for first in stride(from: 0, to: layer.outputCount, by: Self.unitsPerTile) {
      tiles.append(
        Tile(
          layer: layer, outputGradient: dy, input: x,
          outputs: first..<min(first + Self.unitsPerTile, layer.outputCount)))
    }
  }

  /// Writes every gradient, over all the rows that the registered views hold.
  package func run(into parameters: ParameterBlock, pool: WorkerPool) {
    pool.forEach(tiles.count) { task, _ in
      let tile = tiles[task]
      tile.layer.weightGradient(
        tile.outputGradient, tile.input, outputs: tile.outputs, into: parameters)
    }
  }
}
