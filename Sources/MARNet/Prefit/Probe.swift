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

/// A fitted linear probe on standardised features, the baseline beside every model.
struct Probe: Sendable {
  /// `[C, D]`.
  let weights: Matrix
  /// `[C]`; hugely negative for a class without a training row.
  let bias: [Float]
  /// The c it was fitted with.
  let c: Double

  /// No class is ruled out: one row in ten million may be anything.
  static let smallestProbability: Float = 1e-7
  /// Stands for minus infinity in files, which hold finite numbers only.
  static let absentBias: Float = -1e4

  init(weights: Matrix, bias: [Float], c: Double) {
    self.weights = weights
    self.bias = bias.map { max($0, Self.absentBias) }
    self.c = c
  }

  /// Log-probabilities `[N, C]` of standardised rows `[N, D]`, in padded blocks of 256 rows so
  /// that a row's bits do not depend on its neighbours.
  func logProbabilities(of features: Matrix, pool: WorkerPool) -> Matrix {
    let size = BlockScorer.blockRows
    let count = features.rowCount
    var result = Matrix(rowCount: count, columnCount: weights.rowCount)
    let target = result.mutableView()
    pool.forEach((count + size - 1) / size) { block, _ in
      let range = block * size..<min((block + 1) * size, count)
      var workspace = Workspace()
      let rows = workspace.reserve(size, features.columnCount)
      let logits = workspace.reserve(size, weights.rowCount)
      workspace.make()
      workspace[rows].rows(0..<range.count).copy(from: features.view.rows(range))
      Product.rowsTimesRows(workspace[rows], weights.view, into: workspace[logits])
      let z = workspace[logits].rows(0..<range.count)
      Self.logSoftmax(z, bias: bias)
      target.rows(range).copy(from: z)
      withExtendedLifetime(workspace) {}
    }
    return result
  }

  /// Logits without bias become floored log-probabilities.
  static func logSoftmax(_ z: MatrixView, bias: [Float]) {
    for row in 0..<z.rowCount {
      let values = z.row(row)
      for c in 0..<z.columnCount { values[c] += bias[c] }
      var sum = 0.0
      _ = marnet_exp_row(values, z.columnCount, &sum)
      let inverse = Float(1 / sum)
      for c in 0..<z.columnCount {
        values[c] = log(min(max(values[c] * inverse, smallestProbability), 1))
      }
    }
  }
}
