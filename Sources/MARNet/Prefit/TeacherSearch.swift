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
/// negative log-likelihood.
package struct TeacherSearch {
  /// l_v and l_s of the labelled rows with text that judge, `[n, C]`.
  let image: Matrix
  let text: Matrix
  /// Theirs, `[n]`.
  let labels: [Int32]
  /// Of the rows, `[n]`; nil where each counts once.
  private let weights: [Double]?
  /// A later pair of exponents must be better by this much, in nats.
  private static let smallestImprovement = 1e-4
  /// Fixed, and summed in order: the thread count changes no bit.
  private static let blockRows = 256

  package init(
    image: Matrix, text: Matrix, labels: [Int32], classWeights: ClassWeightTable? = nil
  ) {
    weights = classWeights?.weights(of: labels)
    self.image = image
    self.text = text
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

  /// Weighted mean negative log-likelihood of the judging rows for each pair (a, b), in nats.
  package func nll(_ pairs: [(image: Double, text: Double)], pool: WorkerPool) -> [Double] {
    let blocks = (labels.count + Self.blockRows - 1) / Self.blockRows
    var sums = [Double](repeating: 0, count: blocks * pairs.count)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      pool.forEach(blocks) { block, _ in
        let joined = AlignedBuffer(count: image.columnCount)
        for row in block * Self.blockRows..<min((block + 1) * Self.blockRows, labels.count) {
          for (index, pair) in pairs.enumerated() {
            Self.join(
              image.view.row(row), text.view.row(row), pair, into: joined.pointer,
              count: joined.count)
            let own = Double(joined.pointer[Int(labels[row])])
            var sum = 0.0
            let maximum = marnet_exp_row(joined.pointer, joined.count, &sum)
            sums[block * pairs.count + index] +=
              (weights?[row] ?? 1) * (Double(maximum) + log(sum) - own)
          }
        }
      }
    }
    let mass = weights?.reduce(0, +) ?? Double(max(labels.count, 1))
    return pairs.indices.map { index in
      (0..<blocks).reduce(0) { $0 + sums[$1 * pairs.count + index] } / mass
    }
  }

  /// a l_v + b l_s; `values` may be one of both.
  static func join(
    _ image: UnsafePointer<Float>, _ text: UnsafePointer<Float>,
    _ pair: (image: Double, text: Double), into values: UnsafeMutablePointer<Float>, count: Int
  ) {
    marnet_combine(Float(pair.image), image, Float(pair.text), text, values, count)
  }

  /// The softmax of `values`.
  static func normalise(_ values: UnsafeMutablePointer<Float>, count: Int) {
    var sum = 0.0
    _ = marnet_exp_row(values, count, &sum)
    let inverse = Float(1 / sum)
    for c in 0..<count { values[c] *= inverse }
  }
}
