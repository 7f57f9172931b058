// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Operations on natural-log probabilities `[N, C]`, row by row.
package enum LogProbabilities {
  /// log_softmax(x / T): probabilities sharpened (T < 1) or flattened (T > 1).
  package static func tempered(_ x: Matrix, temperature: Double) -> Matrix {
    guard temperature != 1 else { return x }
    return rowwise(x) { Double($0) / temperature }
  }

  /// log_softmax of the mean of several predictions' log-probabilities.
  package static func mean(of parts: [Matrix]) -> Matrix {
    guard var sum = parts.first else { preconditionFailure("a mean needs one part or more") }
    let view = sum.mutableView()
    for part in parts.dropFirst() {
      for row in 0..<view.rowCount {
        let (target, source) = (view.row(row), part.view.row(row))
        for c in 0..<view.columnCount { target[c] += source[c] }
      }
    }
    let count = Double(parts.count)
    return rowwise(sum) { Double($0) / count }
  }

  /// The index of the largest value of each row; the lowest wins ties.
  package static func predictions(_ x: Matrix) -> [Int32] {
    let view = x.view
    return withExtendedLifetime(x) {
      (0..<view.rowCount).map { row in
        let values = view.row(row)
        var best = 0
        for c in 1..<view.columnCount where values[c] > values[best] { best = c }
        return Int32(best)
      }
    }
  }

  /// ln x.
  static func logarithm(_ x: Double) -> Double { log(x) }

  /// e^x.
  package static func probabilities(_ x: Matrix) -> Matrix {
    var result = x
    let view = result.mutableView()
    for row in 0..<view.rowCount {
      let values = view.row(row)
      for c in 0..<view.columnCount { values[c] = exp(values[c]) }
    }
    return result
  }

  /// log_softmax of `scale` of every value.
  private static func rowwise(_ x: Matrix, _ scale: (Float) -> Double) -> Matrix {
    var result = x
    let view = result.mutableView()
    for row in 0..<view.rowCount {
      let values = view.row(row)
      var maximum = -Double.infinity
      for c in 0..<view.columnCount { maximum = max(maximum, scale(values[c])) }
      var sum = 0.0
      for c in 0..<view.columnCount { sum += exp(scale(values[c]) - maximum) }
      let logSum = maximum + log(sum)
      for c in 0..<view.columnCount { values[c] = Float(scale(values[c]) - logSum) }
    }
    return result
  }
}
