// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a comparison found. Fractions, not percent.
public struct ComparisonReport: Codable, Sendable, Equatable {
  /// One contender over all seeds, at one level of test noise.
  public struct Row: Codable, Sendable, Equatable {
    /// Of the contender.
    public var id: String
    /// In words.
    public var title: String
    /// Where the row stands.
    public var table: Contender.Table
    /// Seeds with a result.
    public var seeds: Int
    /// Means over the seeds.
    public var metrics: ClassificationMetrics
    /// Top-1 of each seed.
    public var top1: [Double]
    /// Standard error of the mean top-1 over the seeds; 0 with one.
    public var top1Error: Double
    /// Top-1 minus the probe's, paired by row and seed; nil for the probe itself.
    public var gain: Gain?
    /// Numbers that scoring reads.
    public var parameters: Int
    /// Seconds of one core to fit the last time, the median over the seeds; without choosing.
    public var fitSeconds: Double
    /// Test rows scored a second with all threads, the median over the seeds.
    public var rowsPerSecond: Double
    /// What held-out rows chose with each seed: a weight, C or k.
    public var choices: [Double]?
    /// Why there is no result, or what to know about it.
    public var notes: [String]
  }

  /// A paired difference with its interval of 95 % confidence, over rows and seeds.
  public struct Gain: Codable, Sendable, Equatable {
    /// Over all rows and seeds.
    public var mean: Double
    /// Lower end of the interval.
    public var low: Double
    /// Upper end of the interval.
    public var high: Double
    /// Whether the interval excludes zero.
    public var isClear: Bool
  }

  /// All contenders at one level of noise on the test rows.
  public struct Level: Codable, Sendable, Equatable {
    /// Standard deviations added to standardised test images.
    public var noise: Double
    /// In the order of `Contender.all`.
    public var rows: [Row]
  }

  /// Name and version.
  public var tool: String
  /// The feature file.
  public var features: String
  /// Of the training rows as read.
  public var dataFingerprint: String
  /// Number of classes.
  public var classes: Int
  /// Training rows of the file that are not kept for testing.
  public var fileRows: Int
  /// Those of them that the last seed's regime left.
  public var rows: Int
  /// Of these, with a label.
  public var labelledRows: Int
  /// Of these, with text.
  public var rowsWithText: Int
  /// Rows on which choices were made, of the last seed.
  public var heldOutRows: Int
  /// Labelled rows that were scored.
  public var testRows: Int
  /// The group `test`, or a part of `train`.
  public var testSource: String
  /// What was taken from the training rows and added to the test rows.
  public var regime: Regime
  /// Weights tried for each alignment method.
  public var trials: Int
  /// A repetition each.
  public var seeds: [UInt64]
  /// The preset `plugin` as it was run.
  public var plugin: Configuration
  /// The preset `paper` as it was run.
  public var paper: Configuration
  /// No noise first.
  public var levels: [Level]

  /// The row of a contender at a level of noise.
  public func row(_ id: String, noise: Double = 0) -> Row? {
    levels.first { $0.noise == noise }?.rows.first { $0.id == id }
  }
}
