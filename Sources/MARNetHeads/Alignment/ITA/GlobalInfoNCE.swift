// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// InfoNCE whose negatives are the pairs of all ranks: with the projected rows of every rank at
/// hand each computes the loss, eqs. 9 to 11 of MARNet (arXiv 2407.18854), of its own pairs and the
/// exact gradient of its own rows.
///
/// A row's gradient needs the softmaxes over rows and those over columns, of which other ranks have
/// some: they are exchanged too, four numbers a pair.
package struct GlobalInfoNCE: AlignmentLoss {
  private let loss: InfoNCE
  private let ranks: any RankGroup
  /// Rows of a batch of all ranks.
  private let batchSize: Int

  package var spansRanks: Bool { true }

  package init(_ loss: InfoNCE, ranks: any RankGroup, batchSize: Int) {
    self.loss = loss
    self.ranks = ranks
    self.batchSize = batchSize
  }

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> GlobalInfoNCEScratch {
    GlobalInfoNCEScratch(
      rowCount: batchSize, width: shape.width, rankCount: ranks.count, precision: precision)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: GlobalInfoNCEScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    let counts = pairs.rankCounts
    var (first, total) = (0, 0)
    for rank in 0..<ranks.count {
      if rank < ranks.rank { first += counts[rank] }
      total += counts[rank]
    }
    let own = first..<first + pairs.count
    let (visual, text) = (scratch.visual(total), scratch.text(total))
    gather(pairs.visual, into: visual, counts, scratch)
    gather(pairs.text, into: text, counts, scratch)
    let (dv, dt) = (scratch.visualGradient(total), scratch.textGradient(total))
    let share = loss.evaluate(
      visual: visual, text: text, own: own, weight: weight, visualGradient: dv, textGradient: dt,
      scratch: scratch.loss, pool: pool
    ) { softmaxes in
      for side in [softmaxes.rows, softmaxes.columns] {
        gather(side.largest, own, total, counts, scratch)
        gather(side.shares, own, total, counts, scratch)
      }
    }
    gradients.visual.copy(from: dv.rows(own))
    gradients.text.copy(from: dt.rows(own))
    return share
  }

  private func gather(
    _ own: MatrixView, into all: MatrixView, _ counts: UnsafeBufferPointer<Int>,
    _ scratch: GlobalInfoNCEScratch
  ) {
    let rowBytes = all.columnCount * MemoryLayout<Float>.stride
    ranks.gather(
      UnsafeRawBufferPointer(start: own.pointer, count: own.rowCount * rowBytes),
      into: UnsafeMutableRawBufferPointer(start: all.pointer, count: all.rowCount * rowBytes),
      byteCounts: scratch.byteCounts(counts, bytes: rowBytes))
  }

  private func gather(
    _ values: UnsafeMutablePointer<Float>, _ own: Range<Int>, _ total: Int,
    _ counts: UnsafeBufferPointer<Int>, _ scratch: GlobalInfoNCEScratch
  ) {
    let size = MemoryLayout<Float>.stride
    ranks.gather(
      UnsafeRawBufferPointer(start: values + own.lowerBound, count: own.count * size),
      into: UnsafeMutableRawBufferPointer(start: values, count: total * size),
      byteCounts: scratch.byteCounts(counts, bytes: size))
  }
}

/// Memory of `GlobalInfoNCE`, made once for a training run.
package final class GlobalInfoNCEScratch: @unchecked Sendable {
  let loss: InfoNCEScratch
  private let workspace: Workspace
  /// Both modalities, then their gradients.
  private let views: [MatrixView]
  private let counts: UnsafeMutableBufferPointer<Int>

  init(rowCount: Int, width: Int, rankCount: Int, precision: Precision) {
    loss = InfoNCEScratch(
      rowCount: rowCount, width: width, precision: precision, keepsFew: false)
    var workspace = Workspace()
    let slots = (0..<4).map { _ in workspace.reserve(rowCount, width) }
    workspace.make()
    self.workspace = workspace
    views = slots.map { workspace[$0] }
    counts = .allocate(capacity: rankCount)
    counts.initialize(repeating: 0)
  }

  deinit { counts.deallocate() }

  func visual(_ n: Int) -> MatrixView { views[0].rows(0..<n) }
  func text(_ n: Int) -> MatrixView { views[1].rows(0..<n) }
  func visualGradient(_ n: Int) -> MatrixView { views[2].rows(0..<n) }
  func textGradient(_ n: Int) -> MatrixView { views[3].rows(0..<n) }

  /// Valid until the next call.
  func byteCounts(
    _ pairs: UnsafeBufferPointer<Int>, bytes: Int
  ) -> UnsafeBufferPointer<Int> {
    for rank in 0..<counts.count { counts[rank] = pairs[rank] * bytes }
    return UnsafeBufferPointer(counts)
  }
}
