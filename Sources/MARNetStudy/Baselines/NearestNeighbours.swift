// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// k nearest labelled training rows by cosine similarity of standardised x_v; a class's
/// probability is (its neighbours + 1/C) / (k + 1), so that no class is ruled out.
package struct NearestNeighbours: Predictor {
  /// Values of k tried.
  package static let choices = [1, 3, 5, 10, 20, 50, 100]
  private static let blockRows = 256

  package let neighbours: Int
  private let unit: Matrix
  private let labels: [Int32]
  private let classCount: Int

  /// - Parameter rows: the labelled ones are kept.
  package init(_ rows: PreparedRows, neighbours: Int, pool: WorkerPool) throws {
    let labelled = rows.labelledRows
    self.neighbours = min(neighbours, labelled.count)
    unit = Self.unit(try rows.visualMatrix(at: labelled, pool: pool))
    labels = labelled.map { rows.labels[$0] }
    classCount = rows.classCount
  }

  private init(_ other: NearestNeighbours, neighbours: Int) {
    self.neighbours = min(neighbours, other.labels.count)
    unit = other.unit
    labels = other.labels
    classCount = other.classCount
  }

  /// The k with the lowest negative log-likelihood on held-out rows; the first of equals.
  package static func chooseNeighbours(
    _ rows: PreparedRows, heldOut: HeldOutRows, pool: WorkerPool
  ) throws -> Int {
    let all = try NearestNeighbours(rows, neighbours: 1, pool: pool)
    var best = (k: 1, loss: Double.infinity)
    for k in choices where k <= all.labels.count {
      let loss = RowMetrics.sum(
        RowMetrics.nll(
          NearestNeighbours(all, neighbours: k).logProbabilities(of: heldOut.rows, pool: pool),
          labels: heldOut.labels), weights: heldOut.weights)
      if loss < best.loss { best = (k, loss) }
    }
    return best.k
  }

  /// The stored rows.
  var parameterCount: Int { unit.rowCount * unit.columnCount }

  package func logProbabilities(of rows: KeyedRows, pool: WorkerPool) -> Matrix {
    let count = rows.visual.rowCount
    var result = Matrix(rowCount: count, columnCount: classCount)
    let target = result.mutableView()
    pool.forEach((count + Self.blockRows - 1) / Self.blockRows) { block, _ in
      let range = block * Self.blockRows..<min((block + 1) * Self.blockRows, count)
      var similarity = Matrix(rowCount: range.count, columnCount: labels.count)
      let view = similarity.mutableView()
      // A query's length changes no order among its neighbours.
      Product.rowsTimesRows(rows.visual.view.rows(range), unit.view, into: view)
      for (index, row) in range.enumerated() {
        vote(UnsafeBufferPointer(start: view.row(index), count: labels.count), target.row(row))
      }
    }
    return result
  }

  private func vote(
    _ similarity: UnsafeBufferPointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    // The k best in order, nearest first; the lower row of equals is nearer.
    var best: [(value: Float, row: Int)] = []
    best.reserveCapacity(neighbours + 1)
    func isFarther(_ a: (value: Float, row: Int), _ b: (value: Float, row: Int)) -> Bool {
      a.value < b.value || (a.value == b.value && a.row > b.row)
    }
    for (row, value) in similarity.enumerated() {
      if best.count == neighbours, let worst = best.last, !isFarther(worst, (value, row)) {
        continue
      }
      let place = best.firstIndex { isFarther($0, (value, row)) } ?? best.count
      best.insert((value, row), at: place)
      if best.count > neighbours { best.removeLast() }
    }
    let prior = 1 / Float(classCount)
    for c in 0..<classCount { target[c] = prior }
    for (_, row) in best { target[Int(labels[row])] += 1 }
    let scale = 1 / Float(best.count + 1)
    for c in 0..<classCount {
      target[c] = Float(MathFunctions.logarithm(Double(target[c] * scale)))
    }
  }

  private static func unit(_ rows: Matrix) -> Matrix {
    var result = rows
    let view = result.mutableView()
    for row in 0..<view.rowCount {
      let values = view.row(row)
      var squares = 0.0
      for column in 0..<view.columnCount { squares += Double(values[column] * values[column]) }
      let inverse = Float(1 / max(squares.squareRoot(), 1e-8))
      for column in 0..<view.columnCount { values[column] *= inverse }
    }
    return result
  }
}
