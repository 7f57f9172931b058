// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The weight gradients of a step as equal tasks: each layer is cut into tiles of
/// output units, so that no sum is shared between workers. With several ranks the sum of a layer's
/// gradients over them begins as soon as the layer is done.
package struct WeightGradients: Sendable {
  /// An activation `[rows, in]`, packed once for all tiles and layers that read it.
  private struct Input {
    let view: MatrixView
    let packed: PackedMatrix
    /// Rows for each row of the batch.
    let passes: Int
  }

  private struct Tile {
    let layer: Linear
    let outputGradient: MatrixView
    let input: PackedMatrix
    let outputs: Range<Int>
  }

  private static let unitsPerTile = 128
  private let batchSize: Int
  private let precision: Precision
  private var inputs: [Input] = []
  private var tiles: [Tile] = []
  /// The tiles of each layer, and where its gradients lie.
  private var layers: [(tiles: Range<Int>, place: Range<Int>)] = []
  private let ranks: any RankGroup
  /// Σ of the squares of each tile: two floats hold a double.
  private var squares = AlignedBuffer(count: 0)

  /// - Parameter ranks: over which gradients are summed.
  package init(
    batchSize: Int, precision: Precision, ranks: any RankGroup = SingleRank.only
  ) {
    self.batchSize = batchSize
    self.precision = precision
    self.ranks = ranks
  }

  /// Registers a layer whose output gradient `dy` `[rows, out]` and input `x` `[rows, in]`
  /// stand in the same places at every step; rows are the batch's, or a multiple of them.
  package mutating func add(_ layer: Linear, outputGradient dy: MatrixView, input x: MatrixView) {
    precondition(
      dy.columnCount == layer.weight.rowCount && x.columnCount == layer.weight.columnCount
        && dy.rowCount == x.rowCount && x.rowCount % batchSize == 0,
      "layer '\(layer.weight.name)' [\(layer.weight.rowCount), \(layer.weight.columnCount)] "
        + "does not fit gradient \(dy.shape) and input \(x.shape)")
    let packed = packedInput(x)
    let firstTile = tiles.count
    for first in stride(from: 0, to: layer.outputCount, by: Self.unitsPerTile) {
      tiles.append(
        Tile(
          layer: layer, outputGradient: dy, input: packed,
          outputs: first..<min(first + Self.unitsPerTile, layer.outputCount)))
    }
    layers.append((firstTile..<tiles.count, layer.place))
    squares = AlignedBuffer(count: 2 * tiles.count)
  }

  private mutating func packedInput(_ x: MatrixView) -> PackedMatrix {
    if let known = inputs.first(where: { $0.view == x }) { return known.packed }
    let packed = PackedMatrix(
      innerCount: x.rowCount, columnCount: x.columnCount, precision: precision)
    inputs.append(Input(view: x, packed: packed, passes: x.rowCount / batchSize))
    return packed
  }

  /// Packs the inputs of a block of the batch's rows, once they are final and while they are
  /// in the worker's cache.
  package func pack(rows: Range<Int>) {
    for input in inputs {
      input.packed.packRows(
        rows.lowerBound * input.passes..<rows.upperBound * input.passes, of: input.view,
        .straight)
    }
  }

  /// Writes every gradient and the sum of their squares, over all the rows that the registered views
  /// hold. With several ranks the gradients are being summed afterwards, and their squares unknown.
  package func run(into parameters: ParameterBlock, pool: WorkerPool) {
    guard ranks.isShared else {
      run(0..<tiles.count, into: parameters, pool: pool)
      let sums = UnsafeMutableRawPointer(squares.pointer).assumingMemoryBound(to: Double.self)
      var total = 0.0
      for task in 0..<tiles.count { total += sums[task] }
      parameters.gradientSquares = total
      return
    }
    parameters.gradientSquares = nil
    for layer in layers {
      run(layer.tiles, into: parameters, pool: pool)
      ranks.beginSum(
        UnsafeMutableBufferPointer(
          start: parameters.gradients.pointer + layer.place.lowerBound, count: layer.place.count))
      ranks.advanceSums()
    }
  }

  private func run(_ range: Range<Int>, into parameters: ParameterBlock, pool: WorkerPool) {
    let sums = UnsafeMutableRawPointer(squares.pointer).assumingMemoryBound(to: Double.self)
    pool.forEach(range.count) { index, _ in
      let task = range.lowerBound + index
      let tile = tiles[task]
      sums[task] = tile.layer.weightGradient(
        tile.outputGradient, tile.input, outputs: tile.outputs, into: parameters)
    }
  }
}
