// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Metrics of single rows, for paired comparisons. Every row has a label of 0 or above.
package enum RowMetrics {
  /// No row counts for more than this, in nats: one confident mistake must not decide.
  private static let largestLoss = 20.0

  /// 1 where the most probable class is the label, else 0.
  package static func top1(_ logProbabilities: Matrix, labels: [Int32]) -> [Double] {
    zip(LogProbabilities.predictions(logProbabilities), labels).map { $0 == $1 ? 1 : 0 }
  }

  /// Negative log-likelihood of each row, in nats.
  package static func nll(_ logProbabilities: Matrix, labels: [Int32]) -> [Double] {
    let view = logProbabilities.view
    return withExtendedLifetime(logProbabilities) {
      labels.enumerated().map { row, label in
        negativeLogLikelihood(view.row(row)[Int(label)])
      }
    }
  }

  /// The same after temperature scaling fitted on these rows: how well classes are told
  /// apart, whatever the confidence.
  ///
  /// - Parameter weights: of the rows in that fit; nil counts each once.
  package static func calibratedNll(
    _ logProbabilities: Matrix, labels: [Int32], weights: [Double]? = nil
  ) -> [Double] {
    let temperature = CalibrationTemperature.fit(
      logProbabilities, labels: labels, weights: weights)
    return nll(
      LogProbabilities.tempered(logProbabilities, temperature: temperature), labels: labels)
  }

  /// Σ of the rows' values, each times its weight; nil counts each once.
  package static func sum(_ values: [Double], weights: [Double]?) -> Double {
    guard let weights else { return values.reduce(0, +) }
    return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The weighted mean of the rows' values; 0 without rows.
  package static func mean(_ values: [Double], weights: [Double]?) -> Double {
    guard let weights, !weights.isEmpty else {
      return values.reduce(0, +) / Double(max(values.count, 1))
    }
    return sum(values, weights: weights) / weights.reduce(0, +)
  }

  static func negativeLogLikelihood(_ logProbability: Float) -> Double {
    logProbability.isNaN ? largestLoss : min(largestLoss, -Double(logProbability))
  }
}
