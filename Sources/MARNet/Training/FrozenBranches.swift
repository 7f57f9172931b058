// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// What the fusion classifier of staged training learns from: x_EMA of the labelled rows,
/// fixed, and x_CDR, sampled afresh each epoch. Both are standardised; training on true text
/// or on one-step estimates instead would leak text that scoring does not have.
package final class FrozenBranches: @unchecked Sendable {
  /// x_EMA, `[n, d]`, standardised.
  private(set) var aligned: Matrix
  /// x_CDR, `[n, Ds]`, standardised; `draw` rewrites it in place.
  private(set) var reconstructed: Matrix
  private let heads: TrainedHeads
  private let visual: Matrix
  private let sampler: Sampler
  private let key: RandomKey
  private var drawn = 0
  private static let smallestDeviation: Float = 1e-3

  /// Computes x_EMA and a first draw of x_CDR, and writes their statistics into `heads`.
  package init(
    _ heads: TrainedHeads, visual: Matrix, sampling: SamplingOptions, key: RandomKey,
    pool: WorkerPool
  ) {
    self.heads = heads
    self.visual = visual
    sampler = sampling.headSampler
    self.key = key
    let dimensions = heads.architecture.dimensions
    aligned = Matrix(rowCount: visual.rowCount, columnCount: dimensions.aligned)
    reconstructed = Matrix(rowCount: visual.rowCount, columnCount: dimensions.text)
    guard let statistics = heads.fusionInput else {
      preconditionFailure("staged training standardises the fusion input")
    }
    let a = aligned.mutableView()
    let x = reconstructed.mutableView()
    let blocks = RowBlocks(rowCount: visual.rowCount)
    pool.forEach(blocks.count) { block, _ in
      let rows = blocks.range(block)
      heads.alignment.project(
        visual.view.rows(rows), with: heads.alignment.visual, into: a.rows(rows),
        heads.parameters)
    }
    Self.store(a, mean: statistics.alignedMean, scale: statistics.alignedScale, heads.parameters)
    FusionInputStatistics.apply(
      a, mean: statistics.alignedMean, scale: statistics.alignedScale, heads.parameters)
    sample(0, into: x, pool: pool)
    Self.store(
      x, mean: statistics.reconstructedMean, scale: statistics.reconstructedScale,
      heads.parameters)
  }

  /// Replaces x_CDR by draw `epoch`, unless it stands already: classifiers that are trained
  /// side by side share it. The rows that training holds share this storage.
  func draw(_ epoch: Int, pool: WorkerPool) {
    guard epoch != drawn, let statistics = heads.fusionInput else { return }
    drawn = epoch
    let x = reconstructed.view
    sample(epoch, into: x, pool: pool)
    FusionInputStatistics.apply(
      x, mean: statistics.reconstructedMean, scale: statistics.reconstructedScale,
      heads.parameters)
  }

  private func sample(_ epoch: Int, into target: MatrixView, pool: WorkerPool) {
    let size = BlockScorer.blockRows
    let dimensions = heads.architecture.dimensions
    let count = visual.rowCount
    let source = visual.view
    pool.forEach((count + size - 1) / size) { block, _ in
      let range = block * size..<min((block + 1) * size, count)
      let sampler = ReconstructionSampler(
        denoiser: heads.denoiser, parameters: heads.parameters, dimensions: dimensions,
        sampler: self.sampler, textScale: heads.architecture.textScale, blockRows: range.count,
        key: key)
      sampler.prepare(source.rows(range))
      let keys = range.map { RandomKey.trainingRow(step: epoch, row: $0) }
      keys.withUnsafeBufferPointer { keys in
        guard let base = keys.baseAddress else { return }
        sampler.draw(0, rowKeys: base, into: target.rows(range))
      }
    }
  }

  /// Column means and 1 / (sample deviation + 1e-3), as the statistics of the fusion input.
  private static func store(
    _ x: MatrixView, mean: ParameterSlot, scale: ParameterSlot, _ parameters: ParameterBlock
  ) {
    let n = Double(x.rowCount)
    for column in 0..<x.columnCount {
      var sum = 0.0
      for row in 0..<x.rowCount { sum += Double(x.row(row)[column]) }
      let center = sum / n
      var squares = 0.0
      for row in 0..<x.rowCount {
        let deviation = Double(x.row(row)[column]) - center
        squares += deviation * deviation
      }
      let deviation = Float((squares / max(n - 1, 1)).squareRoot())
      parameters[mean].pointer[column] = Float(center)
      parameters[scale].pointer[column] = 1 / (deviation + smallestDeviation)
    }
  }
}
