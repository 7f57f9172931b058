// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Image-text alignment, from similarities to InfoNCE in both directions, summed (MARNet,
/// arXiv 2407.18854, eqs. 7 to 11); each direction is eq. 4 of van den Oord et al.
/// (arXiv 1807.03748).
///
/// With U, V the unit-norm rows and S = U Vᵀ / τ, P its row and Q its column softmax,
///
///     L     = −(1/n) Σᵢ (log Pᵢᵢ + log Qᵢᵢ)
///     ∂L/∂S = (P + Q − 2I) / n
///
/// The sum of both directions is not halved (CLIP halves it).
/// Fewer than 2 rows have no negatives: loss and gradients are 0.
///
/// S is made block of rows by block. One small enough to stay in cache is kept; of a larger
/// one, S and Sᵀ are each made twice, for the statistics of their softmaxes and for the
/// gradient, and no more than a block is held by each worker.
package struct InfoNCE: AlignmentLoss {
  /// τ, divides the cosine similarity.
  package let temperature: Float

  package init(temperature: Float) {
    precondition(temperature > 0, "InfoNCE needs a temperature above 0; got \(temperature)")
    self.temperature = temperature
  }

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> InfoNCEScratch {
    InfoNCEScratch(rowCount: shape.pairCount, width: shape.width, precision: precision)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: InfoNCEScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    evaluate(
      visual: pairs.visual, text: pairs.text, weight: weight, visualGradient: gradients.visual,
      textGradient: gradients.text, scratch: scratch, pool: pool)
  }

  /// The loss of rows alone, which is all that it reads.
  package func evaluate(
    visual: MatrixView, text: MatrixView, weight: Float, visualGradient: MatrixView,
    textGradient: MatrixView, scratch: InfoNCEScratch, pool: WorkerPool
  ) -> Double {
    evaluate(
      visual: visual, text: text, own: 0..<visual.rowCount, weight: weight,
      visualGradient: visualGradient, textGradient: textGradient, scratch: scratch, pool: pool
    ) { _ in }
  }

  /// The share that the pairs `own` have in the loss, and the gradients of their rows; other rows
  /// of the gradients stay as they are.
  ///
  /// - Parameter exchange: called once the softmaxes of `own` stand in its argument; gets it those
  ///   of the other pairs. Only a scratch that keeps no similarities can do without some pairs.
  func evaluate(
    visual: MatrixView, text: MatrixView, own: Range<Int>, weight: Float,
    visualGradient: MatrixView, textGradient: MatrixView, scratch: InfoNCEScratch,
    pool: WorkerPool, exchange: (InfoNCEScratch) -> Void
  ) -> Double {
    let n = visual.rowCount
    precondition(
      n == text.rowCount && visual.columnCount == text.columnCount,
      "InfoNCE needs equal shapes; got \(visual.shape) and \(text.shape)")
    guard n >= 2 else {
      visualGradient.fill(0)
      textGradient.fill(0)
      return 0
    }
    precondition(own.count == n || !scratch.keepsSimilarity, "similarities of some pairs are kept")
    scratch.prepare(threadCount: pool.threadCount)
    let all = RowBlocks(rowCount: n)
    let blocks = RowBlocks(rowCount: own.count, first: own.lowerBound)
    let (u, v) = (scratch.visual(n), scratch.text(n))
    pool.forEach(all.count) { task, _ in
      let rows = all.range(task)
      u.normalise(visual, rows)
      v.normalise(text, rows)
    }
    pool.forEach(blocks.count) { task, worker in
      let rows = blocks.range(task)
      let s = scratch.similarity(rows, of: n, worker: worker)
      v.byRows.multiply(u.unit.rows(rows), into: s)
      statistics(s, rows, scratch.rows)
    }
    pool.forEach(blocks.count) { task, worker in
      let columns = blocks.range(task)
      if scratch.keepsSimilarity {
        let s = scratch.similarity(0..<n, of: n, worker: worker).columns(columns)
        columnStatistics(s, columns, scratch.columns)
      } else {
        let s = scratch.similarity(columns, of: n, worker: worker)
        u.byRows.multiply(v.unit.rows(columns), into: s)
        statistics(s, columns, scratch.columns)
      }
    }
    exchange(scratch)
    let factor = weight / (Float(n) * temperature)
    pool.forEach(blocks.count) { task, worker in
      let rows = blocks.range(task)
      let s = scratch.similarity(rows, of: n, worker: worker)
      if !scratch.keepsSimilarity { v.byRows.multiply(u.unit.rows(rows), into: s) }
      softmaxGradient(s, rows, factor, own: scratch.rows, other: scratch.columns)
      v.byColumns.multiply(s, into: visualGradient.rows(rows))
      u.propagate(visualGradient, rows)
    }
    pool.forEach(blocks.count) { task, worker in
      let rows = blocks.range(task)
      if scratch.keepsSimilarity {
        let s = scratch.similarity(0..<n, of: n, worker: worker).columns(rows)
        u.byColumns.multiplyTransposed(s, into: textGradient.rows(rows))
      } else {
        let s = scratch.similarity(rows, of: n, worker: worker)
        u.byRows.multiply(v.unit.rows(rows), into: s)
        softmaxGradient(s, rows, factor, own: scratch.columns, other: scratch.rows)
        u.byColumns.multiply(s, into: textGradient.rows(rows))
      }
      v.propagate(textGradient, rows)
    }
    var loss = 0.0
    for row in own {
      loss += Double(scratch.rows.losses[row]) + Double(scratch.columns.losses[row])
    }
    return Double(weight) * loss / Double(n)
  }

  /// The softmaxes of whole rows of S, or of Sᵀ.
  private func statistics(
    _ s: MatrixView, _ rows: Range<Int>, _ softmax: InfoNCEScratch.Softmax
  ) {
    for (index, row) in rows.enumerated() {
      let values = s.row(index)
      var sum = 0.0
      let largest = marnet_softmax_sum(values, s.columnCount, 1 / temperature, &sum)
      softmax.largest[row] = largest
      softmax.shares[row] = Float(1 / sum)
      softmax.losses[row] = largest + Float(log(sum)) - values[row] / temperature
    }
  }

  /// The softmaxes of some columns of all of S.
  private func columnStatistics(
    _ s: MatrixView, _ columns: Range<Int>, _ softmax: InfoNCEScratch.Softmax
  ) {
    let first = columns.lowerBound
    marnet_column_softmax_sums(
      s.pointer, s.stride, s.rowCount, s.columnCount, 1 / temperature,
      softmax.largest + first, softmax.shares + first)
    for (index, column) in columns.enumerated() {
      let sum = softmax.shares[column]
      softmax.losses[column] =
        softmax.largest[column] + log(sum) - s.row(column)[index] / temperature
      softmax.shares[column] = 1 / sum
    }
  }

  /// Replaces rows of cosines by (P + Q − 2I) · factor.
  private func softmaxGradient(
    _ s: MatrixView, _ rows: Range<Int>, _ factor: Float, own: InfoNCEScratch.Softmax,
    other: InfoNCEScratch.Softmax
  ) {
    for (index, row) in rows.enumerated() {
      marnet_two_softmaxes(
        s.row(index), s.columnCount, 1 / temperature, own.largest[row], own.shares[row],
        other.largest, other.shares, factor)
      s.row(index)[row] -= 2 * factor
    }
  }
}
