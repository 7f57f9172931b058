// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a search of hyper-parameters found, on held-out rows only.
public struct TuningReport: Codable, Sendable, Equatable {
  /// One configuration.
  public struct Trial: Codable, Sendable, Equatable {
    /// From 0; 0 is the configuration the search started from.
    public var index: Int
    /// What was set and differs from trial 0, as `key=value`.
    public var assignments: [String]
    /// On held-out rows; nil where training diverged.
    public var metrics: ClassificationMetrics?
    /// Negative log-likelihood after temperature scaling, which trials are ranked by.
    public var calibratedNll: Double?
    /// That minus trial 0's, paired by row.
    public var change: PairedDifference?
    /// Why training stopped early; nil where it did not.
    public var failure: String?
  }

  /// Name and version.
  public var tool: String
  /// The feature file.
  public var features: String
  /// Of the training rows.
  public var dataFingerprint: String
  /// Of the trials and of every random number in them.
  public var seed: UInt64
  /// Rows that trials were judged on.
  public var heldOutRows: Int
  /// What was searched.
  public var space: SearchSpace
  /// In the order in which they were drawn.
  public var trials: [Trial]
  /// The trial whose configuration was written.
  public var chosen: Int
  /// That configuration.
  public var configuration: Configuration

  /// Trials from the best to the worst.
  public var ranked: [Trial] {
    trials.sorted {
      ($0.calibratedNll ?? .infinity, $0.index) < ($1.calibratedNll ?? .infinity, $1.index)
    }
  }

  /// The lowest loss among those that beat trial 0 by more than two standard errors; else 0.
  /// With one, chance alone would often find a winner among many trials. Where trial 0
  /// diverged, any other beats it.
  package static func choose(_ trials: [Trial]) -> Int {
    let better = trials.filter { trial in
      guard trials[0].calibratedNll != nil else { return trial.calibratedNll != nil }
      return trial.change.map { $0.mean < -2 * $0.standardError } ?? false
    }
    return better.min { ($0.calibratedNll ?? .infinity) < ($1.calibratedNll ?? .infinity) }?.index
      ?? 0
  }
}
