// SPDX-License-Identifier: Apache-2.0

/// How well predicted probabilities fit labelled rows. Fractions, not percent.
public struct ClassificationMetrics: Codable, Sendable, Equatable {
  /// Labelled rows.
  public var rows: Int
  /// Rows whose most probable class is their label (MARNet, arXiv 2407.18854, eq. 25); ties go to
  /// the lower index.
  public var top1: Double
  /// Rows whose label is among the five most probable classes; ties go to the lower index.
  public var top5: Double
  /// Mean over the classes present of the fraction of their rows that are right.
  public var balancedAccuracy: Double
  /// Mean negative log-likelihood in nats, each row's at most 20.
  public var nll: Double
  /// Expected calibration error over 15 equal bins (lower, upper] of the largest probability
  /// (Guo et al., arXiv 1706.04599).
  public var ece: Double
}
