// SPDX-License-Identifier: Apache-2.0

/// Metrics of every predictor on the same labelled rows.
public struct Evaluation: Codable, Sendable, Equatable {
  /// Labelled rows evaluated.
  public var rows: Int
  /// The linear probe on x_v, the baseline.
  public var probe: ClassificationMetrics
  /// The alignment head.
  public var alignment: ClassificationMetrics
  /// The reconstruction head.
  public var reconstruction: ClassificationMetrics
  /// The final prediction, after fallback and calibration.
  public var fused: ClassificationMetrics
  /// Probe and two image-only networks, for models fitted with the image-only control.
  public var imageOnlyEnsemble: ClassificationMetrics?
  /// The joint network without text, for models fitted with the image-only control.
  public var imageOnlyControl: ClassificationMetrics?
}
