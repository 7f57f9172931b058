// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension LogisticRegression {
  /// The solutions for ascending c, each begun where the line through the two before it, over
  /// log c, points to: that takes a third of the steps of fits from zero.
  package func path(
    _ grid: [Double], stop: Stop, checkpoint: () throws -> Void
  ) throws -> [Solution] {
    var solutions: [Solution] = []
    for (index, c) in grid.enumerated() {
      var start = solutions.last
      if index > 1 {
        let share = log(c / grid[index - 1]) / log(grid[index - 1] / grid[index - 2])
        // Not beyond as far again: the path bends.
        start = start?.moved(awayFrom: solutions[index - 2], by: Float(min(share, 1)))
      }
      solutions.append(try solve(c: c, stop: stop, from: start, checkpoint: checkpoint))
    }
    return solutions
  }
}

extension LogisticRegression.Solution {
  /// self + share (self − other).
  func moved(awayFrom other: Self, by share: Float) -> Self {
    combined(with: other) { $0 + share * ($0 - $1) }
  }

  /// The mean of solutions of one shape, as a start for a fit on all their rows; nil of none.
  init?(meanOf solutions: [Self]) {
    guard var sum = solutions.first else { return nil }
    for other in solutions.dropFirst() { sum = sum.combined(with: other, +) }
    let share = 1 / Float(solutions.count)
    self = sum.combined(with: sum) { one, _ in one * share }
  }

  /// A class without a row in one of the two gets a bias that is not finite.
  private func combined(with other: Self, _ operation: (Float, Float) -> Float) -> Self {
    var result = self
    result.weights.withUnsafeMutableBufferPointer { weights in
      other.weights.withUnsafeBufferPointer { other in
        for index in weights.indices { weights[index] = operation(weights[index], other[index]) }
      }
    }
    result.bias = zip(bias, other.bias).map(operation)
    return result
  }
}
