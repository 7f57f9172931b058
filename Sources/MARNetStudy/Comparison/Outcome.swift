// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// What one contender did with one seed.
struct Outcome: Codable, Sendable, Equatable {
  /// Its scores at one level of test noise.
  struct Score: Codable, Sendable, Equatable {
    var noise: Double
    var metrics: ClassificationMetrics
    /// A bit a test row, the lowest first: whether its most probable class was its label.
    var right: Data
  }

  let id: String
  /// Why there are no scores.
  var failure: String?
  /// The weight chosen for an alignment method, or what else was chosen on held-out rows.
  var choice: Double?
  /// What a reader should know.
  var notes: [String] = []
  var parameterCount = 0
  /// Seconds of one core.
  var fitSeconds = 0.0
  /// With all threads.
  var rowsPerSecond = 0.0
  var scores: [Score] = []

  init(id: String) { self.id = id }

  static func bits(_ right: [Double]) -> Data {
    var bytes = [UInt8](repeating: 0, count: (right.count + 7) / 8)
    for (row, value) in right.enumerated() where value > 0 { bytes[row / 8] |= 1 << (row % 8) }
    return Data(bytes)
  }
}

extension Outcome.Score {
  /// 1 or 0 a row.
  var values: [Double] {
    (0..<metrics.rows).map { Double(right[right.startIndex + $0 / 8] >> ($0 % 8) & 1) }
  }
}

/// What held-out rows chose for one seed.
struct Tuning: Codable, Sendable, Equatable {
  /// One weight of one method.
  struct Trial: Codable, Sendable, Equatable {
    let id: String
    let weight: Double
    /// Calibrated negative log-likelihood on held-out rows, nats; nil where it diverged.
    let nll: Double?
  }

  var heldOutRows = 0
  var trials: [Trial] = []
  /// Whether the fallback of the preset `plugin` chose the probe.
  var pluginUsesProbe = false
  var logisticC: Double?
  var neighbours: Int?

  /// The weight of a method with the lowest loss, the first of equals; nil if all diverged.
  func weight(of id: String) -> Double? {
    trials.filter { $0.id == id && $0.nll != nil }
      .min { ($0.nll ?? 0) < ($1.nll ?? 0) }?.weight
  }
}
