// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Scores any number of rows with the heads, in blocks of a fixed size spread over the pool.
///
/// The last block is padded, so that every product has the same shape and a row's score
/// depends on the row, the model and the seed alone.
package final class BlockScorer {
  /// Large enough to pay for packing the weights; a promise of equal bits, so never tuned to
  /// the machine.
  package static let blockRows = 256

  private let architecture: HeadArchitecture
  private let pool: WorkerPool
  private let workers: [Worker]

  /// The heads' memory and a padded block, one a thread.
  private final class Worker: @unchecked Sendable {
    let scorer: HeadScorer
    var block: Matrix
    var keys = [UInt64](repeating: 0, count: BlockScorer.blockRows)

    init(_ heads: TrainedHeads, _ sampling: HeadScorer.Sampling) {
      scorer = HeadScorer(heads, sampling: sampling, blockRows: BlockScorer.blockRows)
      block = Matrix(
        rowCount: BlockScorer.blockRows, columnCount: heads.architecture.dimensions.visual)
    }
  }

  package init(_ heads: TrainedHeads, sampling: HeadScorer.Sampling, pool: WorkerPool) {
    architecture = heads.architecture
    self.pool = pool
    workers = (0..<pool.threadCount).map { _ in Worker(heads, sampling) }
  }

  /// Every branch's log-probabilities for `rows`; with `features`, x_EMA and x_CDR too.
  package func score(_ rows: KeyedRows, features: Bool = false) -> BranchLogProbabilities {
    let count = rows.visual.rowCount
    let dimensions = architecture.dimensions
    func table() -> Matrix { Matrix(rowCount: count, columnCount: dimensions.classes) }
    var result = BranchLogProbabilities(
      alignment: table(), reconstruction: table(), fusion: table(), network: table())
    if features {
      result.aligned = Matrix(rowCount: count, columnCount: dimensions.aligned)
      result.reconstructed = Matrix(rowCount: count, columnCount: dimensions.text)
    }
    let alignment = result.alignment.mutableView()
    let reconstruction = result.reconstruction.mutableView()
    let fusion = result.fusion.mutableView()
    let network = result.network.mutableView()
    let aligned = result.aligned?.mutableView()
    let reconstructed = result.reconstructed?.mutableView()
    let source = rows.visual.view
    let blocks = (count + Self.blockRows - 1) / Self.blockRows
    pool.forEach(blocks) { block, index in
      let worker = workers[index]
      let range = block * Self.blockRows..<min((block + 1) * Self.blockRows, count)
      let padded = worker.block.mutableView()
      padded.rows(0..<range.count).copy(from: source.rows(range))
      padded.rows(range.count..<Self.blockRows).fill(0)
      for slot in 0..<Self.blockRows {
        worker.keys[slot] = slot < range.count ? rows.keys[range.lowerBound + slot] : 0
      }
      worker.keys.withUnsafeBufferPointer { keys in
        guard let base = keys.baseAddress else { return }
        worker.scorer.score(padded, rowKeys: base)
      }
      let scorer = worker.scorer
      let used = 0..<range.count
      alignment.rows(range).copy(from: scorer.alignmentLogProbabilities.rows(used))
      reconstruction.rows(range).copy(from: scorer.reconstructionLogProbabilities.rows(used))
      fusion.rows(range).copy(from: scorer.fusionLogProbabilities.rows(used))
      network.rows(range).copy(from: scorer.finalLogProbabilities.rows(used))
      aligned?.rows(range).copy(from: scorer.aligned.rows(used))
      reconstructed?.rows(range).copy(from: scorer.reconstructed.rows(used))
    }
    withExtendedLifetime(rows) {}
    return result
  }
}
