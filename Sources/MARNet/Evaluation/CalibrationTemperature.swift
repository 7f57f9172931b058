// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Temperature scaling (Guo et al., arXiv 1706.04599): the one T > 0 that minimises the
/// negative log-likelihood of log_softmax(x / T) on held-out rows. The prediction stays.
package enum CalibrationTemperature {
  /// Bounds of ln T.
  private static let bound = 3.0
  private static let precision = 1e-4

  /// Golden-section search on ln T; the loss is convex in 1 / T, so it has one minimum.
  ///
  /// - Parameter weights: of the rows; nil counts each once.
  package static func fit(
    _ logProbabilities: Matrix, labels: [Int32], weights: [Double]? = nil
  ) -> Double {
    func loss(_ logTemperature: Double) -> Double {
      let scaled = LogProbabilities.tempered(
        logProbabilities, temperature: exp(logTemperature))
      return RowMetrics.sum(RowMetrics.nll(scaled, labels: labels), weights: weights)
    }
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (-bound, bound)
    var left = high - ratio * (high - low)
    var right = low + ratio * (high - low)
    var (leftLoss, rightLoss) = (loss(left), loss(right))
    while high - low > precision {
      if leftLoss <= rightLoss {
        (high, right, rightLoss) = (right, left, leftLoss)
        left = high - ratio * (high - low)
        leftLoss = loss(left)
      } else {
        (low, left, leftLoss) = (left, right, rightLoss)
        right = low + ratio * (high - low)
        rightLoss = loss(right)
      }
    }
    return exp((low + high) / 2)
  }
}
