// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where t-SNE starts: the first two principal components, scaled to a deviation of 1e-4 along
/// the first, and keyed noise a hundredth of that, which parts rows that are equal.
package enum PlaneStart {
  private static let deviation = 1e-4
  private static let noise: Float = 1e-6

  /// Coordinates `[2][N]`.
  package static func of(_ distances: PairwiseDistances, seed: UInt64, pool: WorkerPool)
    -> [[Float]]
  {
    let scores = principalScores(distances.centred, pool: pool)
    let count = distances.count
    let first = scores[0].map(Double.init)
    let mean = first.reduce(0, +) / Double(max(count, 1))
    let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(count, 1))
    let scale = variance > 0 ? Float(deviation / variance.squareRoot()) : 0
    let key = RandomKey(seed: seed)
    let tag = RandomKey.tag(purpose: RandomPurpose.embedding)
    return scores.enumerated().map { axis, values in
      let jitter = AlignedBuffer(count: count)
      key.fillNormal(jitter.pointer, count: count, rowKey: UInt64(axis), tag: tag)
      return values.indices.map { values[$0] * scale + noise * jitter.pointer[$0] }
    }
  }

  /// The projections on the first two principal axes, `[2][N]`; 0 where there is none.
  ///
  /// From the smaller of XᵀX and XXᵀ: an eigenvector u of XXᵀ to λ is the projections over √λ.
  private static func principalScores(_ centred: Matrix, pool: WorkerPool) -> [[Float]] {
    let (count, width) = (centred.rowCount, centred.columnCount)
    let zero = [[Float]](repeating: [Float](repeating: 0, count: count), count: 2)
    guard count > 1, width > 0 else { return zero }
    let isDual = count <= width
    var square = isDual ? products(centred.view, pool: pool) : covariance(centred.view, pool: pool)
    guard let values = SymmetricEigen.decompose(&square) else { return zero }
    return (0..<2).map { axis in
      let index = values.count - 1 - axis
      guard index >= 0, values[index] > 0 else { return zero[0] }
      let vector = square.row(index)
      if isDual { return vector.map { $0 * values[index].squareRoot() } }
      return (0..<count).map { row in
        let point = centred.view.row(row)
        var sum = 0.0
        for column in 0..<width { sum += Double(point[column]) * Double(vector[column]) }
        return Float(sum)
      }
    }
  }

  /// XXᵀ, `[N, N]`.
  private static func products(_ x: MatrixView, pool: WorkerPool) -> Matrix {
    Matrix(rowCount: x.rowCount, columnCount: x.rowCount) { target in
      let size = PairwiseDistances.taskRows
      pool.forEach((x.rowCount + size - 1) / size) { task, _ in
        let rows = task * size..<min((task + 1) * size, x.rowCount)
        Product.rowsTimesRows(x.rows(rows), x, into: target.rows(rows))
      }
    }
  }

  /// XᵀX, `[D, D]`.
  private static func covariance(_ x: MatrixView, pool: WorkerPool) -> Matrix {
    Matrix(rowCount: x.columnCount, columnCount: x.columnCount) { target in
      let size = PairwiseDistances.taskRows
      pool.forEach((x.columnCount + size - 1) / size) { task, _ in
        let columns = task * size..<min((task + 1) * size, x.columnCount)
        Product.columnsTimesColumns(x.columns(columns), x, into: target.rows(columns))
      }
    }
  }
}
