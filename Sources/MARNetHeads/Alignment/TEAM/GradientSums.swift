// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Weight gradients that grow by some rows at a time: `dW += dyᵀ x`, `db += Σ dy`.
///
/// A layer's tile of output units is one task, so that no sum is shared between workers and
/// its order does not depend on their number.
final class GradientSums: @unchecked Sendable {
  static let unitsPerTile = 128
  /// Rows that are packed at a time.
  static let rowsPerPack = 512
  private let columnCount: Int
  /// One for each worker.
  private var packed: [PackedMatrix] = []

  /// - Parameter columnCount: of the widest input.
  init(columnCount: Int) { self.columnCount = columnCount }

  /// Memory for workers that have none yet: before any phase.
  func prepare(threadCount: Int) {
    while packed.count < threadCount {
      packed.append(
        PackedMatrix(
          innerCount: Self.rowsPerPack, columnCount: columnCount, precision: .float32))
    }
  }

  /// Tiles of a layer.
  static func tiles(_ layer: Linear) -> Int {
    (layer.outputCount + unitsPerTile - 1) / unitsPerTile
  }

  /// Adds what the rows of dy and x, of which there are equally many, make of one tile.
  func add(
    _ layer: Linear, _ dy: MatrixView, _ x: MatrixView, tile: Int, worker: Int,
    into parameters: ParameterBlock
  ) {
    let first = tile * Self.unitsPerTile
    let outputs = first..<min(first + Self.unitsPerTile, layer.outputCount)
    let slice = dy.columns(outputs)
    let dW = parameters.gradient(of: layer.weight).rows(outputs)
    var row = 0
    while row < x.rowCount {
      let rows = row..<min(row + Self.rowsPerPack, x.rowCount)
      let matrix = packed[worker].resized(innerCount: rows.count, columnCount: x.columnCount)
      matrix.pack(x.rows(rows), .straight)
      matrix.multiplyTransposed(slice.rows(rows), into: dW, accumulate: true)
      row = rows.upperBound
    }
    guard let bias = layer.bias else { return }
    let db = parameters.gradient(of: bias).pointer + outputs.lowerBound
    for row in 0..<slice.rowCount { marnet_add(slice.row(row), db, outputs.count) }
  }
}
