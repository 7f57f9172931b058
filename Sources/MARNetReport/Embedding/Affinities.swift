// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The joint probabilities p_ij of t-SNE (van der Maaten and Hinton, JMLR 9, 2008, eqs. 1 and
/// following): Gaussian around every point, as wide as gives it `perplexity` neighbours, made
/// symmetric.
///
///     p_j|i = exp(−β_i d²_ij) / Σ_k exp(−β_i d²_ik),   p_ij = (p_j|i + p_i|j) / 2N
package struct Affinities: Sendable {
  /// `[N, N padded]`, sums to 1; the padding and the diagonal are 0.
  package let joint: Matrix
  /// Σ p ln p.
  package let negativeEntropy: Double

  /// A row is padded to whole vectors of this many.
  package static let lanes = 8
  /// No p is below this, so that logarithms exist; scikit-learn's.
  package static let smallest = Float(Double.ulpOfOne)
  private static let tolerance = 1e-5
  private static let mostSteps = 100

  package static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

  /// - Precondition: 1 < perplexity < N.
  package init(_ distances: PairwiseDistances, perplexity: Double, pool: WorkerPool) {
    let count = distances.count
    precondition(
      perplexity > 1 && perplexity < Double(count),
      "a perplexity must lie between 1 and the \(count) points; got \(perplexity)")
    let source = distances.squared.view
    let tasks = (count + PairwiseDistances.taskRows - 1) / PairwiseDistances.taskRows
    func rows(of task: Int) -> Range<Int> {
      task * PairwiseDistances.taskRows..<min((task + 1) * PairwiseDistances.taskRows, count)
    }
    let conditional = Matrix(rowCount: count, columnCount: count) { target in
      pool.forEach(tasks) { task, _ in
        for row in rows(of: task) {
          let found = Self.conditional(
            UnsafeBufferPointer(start: source.row(row), count: count), own: row,
            perplexity: perplexity)
          for other in 0..<count { target.row(row)[other] = Float(found[other]) }
        }
      }
    }
    let given = conditional.view
    var entropies = [Double](repeating: 0, count: count)
    joint = entropies.withUnsafeMutableBufferPointer { entropies in
      nonisolated(unsafe) let entropies = entropies
      var joint = Matrix(rowCount: count, columnCount: Self.padded(count))
      let target = joint.mutableView()
      pool.forEach(tasks) { task, _ in
        for row in rows(of: task) {
          let values = target.row(row)
          for other in 0..<count where other != row {
            let p = max(
              Self.smallest, (given.row(row)[other] + given.row(other)[row]) / Float(2 * count))
            values[other] = p
            entropies[row] += Double(p) * log(Double(p))
          }
        }
      }
      return joint
    }
    negativeEntropy = entropies.reduce(0, +)
    withExtendedLifetime((distances, conditional)) {}
  }

  /// p_j|i of one point, by bisection on β until the entropy is ln of the perplexity.
  ///
  /// - Parameter squared: d² to every point, `[N]`.
  package static func conditional(
    _ squared: UnsafeBufferPointer<Float>, own: Int, perplexity: Double
  ) -> [Double] {
    // Distances from the nearest: the same probabilities, without underflow of all of them.
    var nearest = Float.infinity
    for other in squared.indices where other != own { nearest = min(nearest, squared[other]) }
    let target = log(perplexity)
    var (lowest, highest, beta) = (-Double.infinity, Double.infinity, 1.0)
    var result = [Double](repeating: 0, count: squared.count)
    for _ in 0..<mostSteps {
      var (sum, weighted) = (0.0, 0.0)
      for other in squared.indices where other != own {
        let distance = Double(squared[other] - nearest)
        let p = exp(-distance * beta)
        result[other] = p
        sum += p
        weighted += distance * p
      }
      for other in result.indices { result[other] /= sum }
      let difference = log(sum) + beta * weighted / sum - target
      if abs(difference) <= tolerance { break }
      if difference > 0 {
        lowest = beta
        beta = highest.isFinite ? (beta + highest) / 2 : beta * 2
      } else {
        highest = beta
        beta = lowest.isFinite ? (beta + lowest) / 2 : beta / 2
      }
      // Points at one distance have one entropy, whatever β.
      if !beta.isFinite || beta == 0 { break }
    }
    return result
  }
}
