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

/// The product of experts q = softmax(a l_v + b l_s): the exponents with the lowest out-of-fold
/// negative log-likelihood, and q itself.
package struct TeacherSearch {
  /// l_v and l_s, `[N, C]`.
  let image: Matrix
  let text: Matrix
  /// Labelled rows with text: those that judge.
  package let rows: [Int]
  let labels: [Int32]
  /// A later pair of exponents must be better by this much, in nats.
  private static let smallestImprovement = 1e-4
  /// Fixed, and summed in order: the thread count changes no bit.
  private static let blockRows = 256

  package init(image: Matrix, text: Matrix, rows: [Int], labels: [Int32]) {
    self.image = image
    self.text = text
    self.rows = rows
    self.labels = labels
  }

  /// - Returns: the first pair that no later one beats clearly, a in the outer loop.
  package func run(
    exponents: [Double], pool: WorkerPool
  ) -> (image: Double, text: Double, nll: Double) {
    let pairs = exponents.flatMap { a in exponents.map { b in (image: a, text: b) } }
    var best = (image: 0.0, text: 0.0, nll: Double.infinity)
    for (pair, found) in zip(pairs, nll(pairs, pool: pool))
    where found < best.nll - Self.smallestImprovement {
      best = (pair.image, pair.text, found)
    }
    return best
  }

  /// Mean negative log-likelihood of the judging rows for each pair (a, b), in nats.
  package func nll(_ pairs: [(image: Double, text: Double)], pool: WorkerPool) -> [Double] {
    let blocks = (rows.count + Self.blockRows - 1) / Self.blockRows
    var sums = [Double](repeating: 0, count: blocks * pairs.count)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      pool.forEach(blocks) { block, _ in
        let joined = AlignedBuffer(count: image.columnCount)
        for row in rows[block * Self.blockRows..<min((block + 1) * Self.blockRows, rows.count)] {
          for (index, pair) in pairs.enumerated() {
            join(row, pair, into: joined.pointer)
            let own = Double(joined.pointer[Int(labels[row])])
            var sum = 0.0
            let maximum = marnet_exp_row(joined.pointer, joined.count, &sum)
            sums[block * pairs.count + index] += Double(maximum) + log(sum) - own
          }
        }
      }
    }
    return pairs.indices.map { index in
      (0..<blocks).reduce(0) { $0 + sums[$1 * pairs.count + index] } / Double(max(rows.count, 1))
    }
  }

  /// q of every row, `[N, C]`.
  package func teacher(image a: Double, text b: Double, pool: WorkerPool) -> Matrix {
    let count = image.rowCount
    var result = Matrix(rowCount: count, columnCount: image.columnCount)
    let view = result.mutableView()
    pool.forEach((count + Self.blockRows - 1) / Self.blockRows) { block, _ in
      for row in block * Self.blockRows..<min((block + 1) * Self.blockRows, count) {
        let values = view.row(row)
        join(row, (a, b), into: values)
        var sum = 0.0
        _ = marnet_exp_row(values, view.columnCount, &sum)
        let inverse = Float(1 / sum)
        for c in 0..<view.columnCount { values[c] *= inverse }
      }
    }
    return result
  }

  /// a l_v + b l_s.
  private func join(
    _ row: Int, _ pair: (image: Double, text: Double), into values: UnsafeMutablePointer<Float>
  ) {
    marnet_combine(
      Float(pair.image), image.view.row(row), Float(pair.text), text.view.row(row), values,
      image.columnCount)
  }
}
