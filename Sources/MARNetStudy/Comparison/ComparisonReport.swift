// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a comparison found. Fractions, not percent.
public struct ComparisonReport: Codable, Sendable, Equatable {
  /// One contender over all seeds, at one level of test noise.
  public struct Row: Codable, Sendable, Equatable {
    public var id: String
    public var title: String
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
    public var mean: Double
    public var low: Double
    public var high: Double
    /// Whether the interval excludes zero.
    public var isClear: Bool
  }

  /// All contenders at one level of noise on the test rows.
  public struct Level: Codable, Sendable, Equatable {
    public var noise: Double
    public var rows: [Row]
  }

  public var tool: String
  public var features: String
  public var dataFingerprint: String
  public var classes: Int
  /// Training rows of the file, and those of them that the last seed's regime left.
  public var fileRows: Int
  public var rows: Int
  public var labelledRows: Int
  public var rowsWithText: Int
  public var heldOutRows: Int
  public var testRows: Int
  public var testSource: String
  public var regime: Regime
  public var trials: Int
  public var seeds: [UInt64]
  public var plugin: Configuration
  public var paper: Configuration
  public var levels: [Level]

  /// The row of a contender at a level of noise.
  public func row(_ id: String, noise: Double = 0) -> Row? {
    levels.first { $0.noise == noise }?.rows.first { $0.id == id }
  }
}
