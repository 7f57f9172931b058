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

/// Image-text alignment: InfoNCE in both directions, summed, eqs. 9 to 11 of MARNet
/// (arXiv 2407.18854); each direction is eq. 4 of van den Oord et al. (arXiv 1807.03748).
///
/// With U, V the unit-norm rows and S = U Vᵀ / τ, P its row and Q its column softmax,
///
///     L     = −(1/n) Σᵢ (log Pᵢᵢ + log Qᵢᵢ)
///     ∂L/∂S = (P + Q − 2I) / n
///
/// The sum of both directions is not halved (CLIP halves it).
/// Fewer than 2 rows have no negatives: loss and gradients are 0.
package struct InfoNCE: AlignmentLoss {
  /// τ, divides the cosine similarity.
  package let temperature: Float
  private static let smallestNorm = 1e-8

  package init(temperature: Float) {
    precondition(temperature > 0, "InfoNCE needs a temperature above 0; got \(temperature)")
    self.temperature = temperature
  }

  package struct Scratch {
    fileprivate var workspace = Workspace()
    fileprivate let visual: Workspace.Slot
    fileprivate let text: Workspace.Slot
    fileprivate let similarity: Workspace.Slot
    /// Rows: 1/‖u‖, 1/‖v‖, row maximum, 1/row sum, column maximum, 1/column sum, losses.
    fileprivate let statistics: Workspace.Slot
  }

  package func makeScratch(rowCount: Int, width: Int) -> Scratch {
    var workspace = Workspace()
    let visual = workspace.reserve(rowCount, width)
    let text = workspace.reserve(rowCount, width)
    let similarity = workspace.reserve(rowCount, rowCount)
    let statistics = workspace.reserve(8, rowCount)
    workspace.make()
    return Scratch(
      workspace: workspace, visual: visual, text: text, similarity: similarity,
      statistics: statistics)
  }

  package func evaluate(
    visual: MatrixView, text: MatrixView, weight: Float, visualGradient: MatrixView,
    textGradient: MatrixView, scratch: Scratch, pool: WorkerPool
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
    let u = scratch.workspace[scratch.visual].rows(0..<n)
    let v = scratch.workspace[scratch.text].rows(0..<n)
    let s = MatrixView(
      pointer: scratch.workspace[scratch.similarity].pointer, rowCount: n, columnCount: n)
    let statistics = scratch.workspace[scratch.statistics]
    let blocks = RowBlocks(rowCount: n)

    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      Self.normalise(visual, rows, into: u, inverseNorms: statistics.row(0))
      Self.normalise(text, rows, into: v, inverseNorms: statistics.row(1))
    }
    pool.forEach(blocks.count) { task, _ in
      similarityRows(blocks.range(task), u, v, s, statistics)
    }
    pool.forEach(blocks.count) { task, _ in
      Self.columnStatistics(blocks.range(task), s, statistics)
    }
    let gradientScale = weight / Float(n)
    pool.forEach(blocks.count) { task, _ in
      Self.similarityGradient(blocks.range(task), s, statistics, scale: gradientScale)
    }
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      let du = visualGradient.rows(rows)
      Product.rowsTimesColumns(s.rows(rows), v, into: du, scale: 1 / temperature)
      Self.throughNormalisation(du, u.rows(rows), statistics.row(0) + rows.lowerBound)
      let dv = textGradient.rows(rows)
      Product.columnsTimesColumns(s.columns(rows), u, into: dv, scale: 1 / temperature)
      Self.throughNormalisation(dv, v.rows(rows), statistics.row(1) + rows.lowerBound)
    }
    var loss = 0.0
    for row in 0..<n { loss += Double(statistics.row(6)[row]) + Double(statistics.row(7)[row]) }
    return Double(weight) * loss / Double(n)
  }

  /// Unit-norm rows; the norm's lower bound keeps a zero row at zero.
  private static func normalise(
    _ x: MatrixView, _ rows: Range<Int>, into unit: MatrixView,
    inverseNorms: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      let source = x.row(row)
      let target = unit.row(row)
      let norm = marnet_sum_of_squares(source, x.columnCount).squareRoot()
      // Negative marks a norm below the bound, whose gradient is that of a constant scale.
      let inverse = Float(1 / max(norm, smallestNorm))
      inverseNorms[row] = norm > smallestNorm ? inverse : -inverse
      for column in 0..<x.columnCount { target[column] = source[column] * inverse }
    }
  }

  /// Rows of S and the statistics of their softmax.
  private func similarityRows(
    _ rows: Range<Int>, _ u: MatrixView, _ v: MatrixView, _ s: MatrixView,
    _ statistics: MatrixView
  ) {
    Product.rowsTimesRows(u.rows(rows), v, into: s.rows(rows), scale: 1 / temperature)
    let n = s.columnCount
    for row in rows {
      let values = s.row(row)
      var maximum = values[0]
      for column in 1..<n { maximum = max(maximum, values[column]) }
      var sum = 0.0
      for column in 0..<n { sum += Double(exp(values[column] - maximum)) }
      statistics.row(2)[row] = maximum
      statistics.row(3)[row] = Float(1 / sum)
      statistics.row(6)[row] = maximum + Float(log(sum)) - values[row]
    }
  }

  private static func columnStatistics(
    _ columns: Range<Int>, _ s: MatrixView, _ statistics: MatrixView
  ) {
    let maximum = statistics.row(4)
    for column in columns { maximum[column] = -.infinity }
    for row in 0..<s.rowCount {
      let values = s.row(row)
      for column in columns { maximum[column] = max(maximum[column], values[column]) }
    }
    for column in columns {
      var sum = 0.0
      for row in 0..<s.rowCount { sum += Double(exp(s.row(row)[column] - maximum[column])) }
      statistics.row(5)[column] = Float(1 / sum)
      statistics.row(7)[column] = maximum[column] + Float(log(sum)) - s.row(column)[column]
    }
  }

  /// Replaces rows of S by (P + Q − 2I) · scale.
  private static func similarityGradient(
    _ rows: Range<Int>, _ s: MatrixView, _ statistics: MatrixView, scale: Float
  ) {
    let columnMaximum = statistics.row(4)
    let columnInverse = statistics.row(5)
    for row in rows {
      let values = s.row(row)
      let rowMaximum = statistics.row(2)[row]
      let rowInverse = statistics.row(3)[row]
      for column in 0..<s.columnCount {
        let p = exp(values[column] - rowMaximum) * rowInverse
        let q = exp(values[column] - columnMaximum[column]) * columnInverse[column]
        values[column] = (p + q) * scale
      }
      values[row] -= 2 * scale
    }
  }

  /// ∂L/∂x = (g − û (û·g)) / ‖x‖ in place; g / bound for rows below the norm's bound.
  private static func throughNormalisation(
    _ gradient: MatrixView, _ unit: MatrixView, _ inverseNorms: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<gradient.rowCount {
      let g = gradient.row(row)
      let direction = unit.row(row)
      let inverse = inverseNorms[row]
      let along =
        inverse > 0 ? Float(marnet_dot(g, direction, gradient.columnCount)) : 0
      for column in 0..<gradient.columnCount {
        g[column] = (g[column] - along * direction[column]) * abs(inverse)
      }
    }
  }
}
