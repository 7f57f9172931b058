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

/// SDM: similarities, as a distribution over the batch, meet the distribution of equal classes
/// (similarity distribution matching of IRRA: Jiang and Ye, "Cross-Modal Implicit Relation
/// Reasoning and Aligning for Text-to-Image Person Retrieval", CVPR 2023, arXiv 2303.12501;
/// official code anosorae/IRRA, `model/objectives.py`).
///
/// With U, V the unit-norm rows `[n, d]` of images and texts, S = U Vᵀ / τ, P its row softmax
/// and P′ the row softmax of Sᵀ, Qᵢⱼ = 1[yᵢ = yⱼ] / nᵢ where nᵢ pairs have the class yᵢ:
///
///     L      = (1/n) Σᵢⱼ Pᵢⱼ rᵢⱼ + the same of P′,   r = log P − log(Q + 1e-8)
///     ∂L/∂S  = (P ⊙ (r − rowsum(P ⊙ r)) + transpose of the same of P′) / n
///
/// A person's identity is here the class. A pair without a label matches itself only. KL(P‖Q)
/// asks P to vanish where Q does: probability there costs up to 18 nats. A batch of one class
/// has a uniform Q, which says nothing about classes: its loss is smallest when all
/// similarities are equal. Fewer than 2 pairs: loss and gradients are 0. The lower bound of
/// norms, 1e-8, is not official.
///
/// S, P and P′ are kept whole: memory grows as n².
package struct DistributionMatching: AlignmentLoss {
  /// τ, divides the cosine similarity; officially 1/50, never learned.
  package let temperature: Float
  /// Added to Q before its logarithm.
  static let floor = 1e-8

  package init(temperature: Float = 0.02) {
    precondition(
      temperature > 0, "DistributionMatching needs a temperature above 0; got \(temperature)")
    self.temperature = temperature
  }

  package var classifiesText: Bool { true }

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> DistributionMatchingScratch {
    DistributionMatchingScratch(shape, precision: precision)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: DistributionMatchingScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    let n = pairs.count
    guard n >= 2 else {
      gradients.clear()
      return 0
    }
    scratch.fill(pairs.labels, count: n)
    let blocks = RowBlocks(rowCount: n)
    let (u, v) = (scratch.visual.first(n), scratch.text.first(n))
    let s = scratch.square(0, n)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      u.normalise(pairs.visual, rows)
      v.normalise(pairs.text, rows)
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      v.byRows.multiply(u.unit.rows(rows), into: s.rows(rows))
      rowStatistics(scratch, n, rows)
    }
    pool.forEach(blocks.count) { task, _ in columnStatistics(scratch, n, blocks.range(task)) }
    let factor = weight / (Float(n) * temperature)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      similarityGradient(scratch, n, rows, factor)
      v.byColumns.multiply(s.rows(rows), into: gradients.visual.rows(rows))
      u.propagate(gradients.visual, rows)
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      u.byColumns.multiplyTransposed(s.columns(rows), into: gradients.text.rows(rows))
      v.propagate(gradients.text, rows)
    }
    var sum = 0.0
    for row in 0..<n {
      sum += Double(scratch.rows.divergences[row]) + Double(scratch.columns.divergences[row])
    }
    return Double(weight) * sum / Double(n)
  }

  /// The softmaxes of rows of S and KL(P‖Q); P of these rows.
  private func rowStatistics(
    _ scratch: DistributionMatchingScratch, _ n: Int, _ rows: Range<Int>
  ) {
    let (s, p) = (scratch.square(0, n), scratch.square(1, n))
    let (inverse, classes) = (1 / temperature, scratch.classes)
    for row in rows {
      let (x, out) = (s.row(row), p.row(row))
      var total = 0.0
      let largest = marnet_softmax_sum(x, n, inverse, &total)
      let logSum = Float(log(total))
      for j in 0..<n { out[j] = x[j] * inverse - largest - logSum }
      marnet_exp(out, out, n)
      let (own, same, other) = (classes[row], scratch.logShares[row], scratch.logFloor)
      var divergence = 0.0
      for j in 0..<n {
        let r = x[j] * inverse - largest - logSum - (classes[j] == own ? same : other)
        divergence += Double(out[j] * r)
      }
      scratch.rows.largest[row] = largest
      scratch.rows.logSums[row] = logSum
      scratch.rows.divergences[row] = Float(divergence)
    }
  }

  /// The same of columns of S; P′, transposed.
  private func columnStatistics(
    _ scratch: DistributionMatchingScratch, _ n: Int, _ columns: Range<Int>
  ) {
    let (s, p) = (scratch.square(0, n).columns(columns), scratch.square(2, n).columns(columns))
    let first = columns.lowerBound
    let (inverse, count) = (1 / temperature, columns.count)
    let (largest, logSums) = (scratch.columns.largest + first, scratch.columns.logSums + first)
    let divergences = scratch.columns.divergences + first
    let classes = scratch.classes + first
    marnet_column_softmax_sums(s.pointer, s.stride, n, count, inverse, largest, logSums)
    for j in 0..<count {
      logSums[j] = log(logSums[j])
      divergences[j] = 0
    }
    for row in 0..<n {
      let (x, out) = (s.row(row), p.row(row))
      for j in 0..<count { out[j] = x[j] * inverse - largest[j] - logSums[j] }
      marnet_exp(out, out, count)
      let (own, same, other) = (scratch.classes[row], scratch.logShares[row], scratch.logFloor)
      for j in 0..<count {
        let r = x[j] * inverse - largest[j] - logSums[j] - (classes[j] == own ? same : other)
        divergences[j] += out[j] * r
      }
    }
  }

  /// Replaces rows of cosines by the gradient of L with respect to them.
  private func similarityGradient(
    _ scratch: DistributionMatchingScratch, _ n: Int, _ rows: Range<Int>, _ factor: Float
  ) {
    let (s, p, q) = (scratch.square(0, n), scratch.square(1, n), scratch.square(2, n))
    let (inverse, classes) = (1 / temperature, scratch.classes)
    let (rowStatistics, columnStatistics) = (scratch.rows, scratch.columns)
    let (columnLargest, columnSums, columnMeans) = (
      columnStatistics.largest, columnStatistics.logSums, columnStatistics.divergences
    )
    for row in rows {
      let (x, byRow, byColumn) = (s.row(row), p.row(row), q.row(row))
      let (own, same, other) = (classes[row], scratch.logShares[row], scratch.logFloor)
      let (largest, sum, mean) = (
        rowStatistics.largest[row], rowStatistics.logSums[row], rowStatistics.divergences[row]
      )
      // r exactly as the means had it: what rounding they share cancels.
      for j in 0..<n {
        let (scaled, logQ) = (x[j] * inverse, classes[j] == own ? same : other)
        let fromRow = scaled - largest - sum - logQ - mean
        let fromColumn = scaled - columnLargest[j] - columnSums[j] - logQ - columnMeans[j]
        x[j] = factor * (byRow[j] * fromRow + byColumn[j] * fromColumn)
      }
    }
  }
}
