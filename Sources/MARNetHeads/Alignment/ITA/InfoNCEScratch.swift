// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Memory of InfoNCE for up to a number of pairs, made once for a training run.
package final class InfoNCEScratch: @unchecked Sendable {
  /// Statistics of the softmaxes of one direction, each `[n]`.
  struct Softmax {
    let largest: UnsafeMutablePointer<Float>
    /// 1 / Σ exp(· − largest).
    let shares: UnsafeMutablePointer<Float>
    let losses: UnsafeMutablePointer<Float>
  }

  /// All similarities are kept up to this many pairs: 4 MB, which a cache holds.
  private static let mostKept = 1_024
  let keepsSimilarity: Bool
  let rows: Softmax
  let columns: Softmax
  private let workspace: Workspace
  private let sides: [PackedUnitRows]
  private let capacity: Int
  /// All of S where it is kept, else a block of its rows for each worker.
  private var similarities: [AlignedBuffer]

  /// - Parameter keepsFew: whether the similarities of few pairs are all kept.
  init(rowCount: Int, width: Int, precision: Precision, keepsFew: Bool = true) {
    keepsSimilarity = keepsFew && rowCount <= Self.mostKept
    var workspace = Workspace()
    let units = (0..<2).map { _ in workspace.reserve(rowCount, width) }
    let vectors = (0..<8).map { _ in workspace.reserve(1, rowCount) }
    workspace.make()
    self.workspace = workspace
    let vector = vectors.map { workspace[$0].pointer }
    sides = (0..<2).map { side in
      PackedUnitRows(
        UnitRows(unit: workspace[units[side]], inverseNorms: vector[side]),
        precision: precision)
    }
    rows = Softmax(largest: vector[2], shares: vector[3], losses: vector[4])
    columns = Softmax(largest: vector[5], shares: vector[6], losses: vector[7])
    capacity = rowCount
    similarities = keepsSimilarity ? [AlignedBuffer(count: rowCount * rowCount)] : []
  }

  func visual(_ n: Int) -> PackedUnitRows { sides[0].first(n) }

  func text(_ n: Int) -> PackedUnitRows { sides[1].first(n) }

  /// Makes the blocks of workers that have none yet: at the first step, before any phase.
  func prepare(threadCount: Int) {
    guard !keepsSimilarity else { return }
    while similarities.count < threadCount {
      similarities.append(AlignedBuffer(count: RowBlocks.blockSize * capacity))
    }
  }

  /// Where a worker finds or puts the rows `rows` of the n × n similarities.
  func similarity(_ rows: Range<Int>, of n: Int, worker: Int) -> MatrixView {
    let memory = similarities[keepsSimilarity ? 0 : worker].pointer
    return MatrixView(
      pointer: keepsSimilarity ? memory + rows.lowerBound * n : memory, rowCount: rows.count,
      columnCount: n)
  }
}
