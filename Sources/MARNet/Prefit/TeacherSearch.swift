// SPDX-License-Identifier: Apache-2.0

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
struct TeacherSearch {
  /// l_v and l_s, `[N, C]`.
  let image: Matrix
  let text: Matrix
  /// Labelled rows with text: those that judge.
  let rows: [Int]
  let labels: [Int32]
  /// A later pair of exponents must be better by this much, in nats.
  private static let smallestImprovement = 1e-4

  /// - Returns: the first pair that no later one beats clearly, a in the outer loop.
  func run(exponents: [Double]) -> (image: Double, text: Double, nll: Double) {
    var best = (image: 0.0, text: 0.0, nll: Double.infinity)
    for a in exponents {
      for b in exponents {
        let found = nll(image: a, text: b)
        if found < best.nll - Self.smallestImprovement { best = (a, b, found) }
      }
    }
    return best
  }

  /// Mean negative log-likelihood of the judging rows.
  func nll(image a: Double, text b: Double) -> Double {
    var sum = 0.0
    for row in rows {
      let (values, logSum) = joined(row, a, b)
      sum += logSum - values[Int(labels[row])]
    }
    return sum / Double(max(rows.count, 1))
  }

  /// q of every row, `[N, C]`.
  func teacher(image a: Double, text b: Double) -> Matrix {
    var result = Matrix(rowCount: image.rowCount, columnCount: image.columnCount)
    let view = result.mutableView()
    for row in 0..<image.rowCount {
      let (values, logSum) = joined(row, a, b)
      for c in values.indices { view.row(row)[c] = Float(exp(values[c] - logSum)) }
    }
    return result
  }

  private func joined(_ row: Int, _ a: Double, _ b: Double) -> (values: [Double], logSum: Double) {
    let v = image.view.row(row)
    let s = text.view.row(row)
    let values = (0..<image.columnCount).map { a * Double(v[$0]) + b * Double(s[$0]) }
    let maximum = values.max() ?? 0
    let sum = values.reduce(0) { $0 + exp($1 - maximum) }
    return (values, maximum + log(sum))
  }
}
