// SPDX-License-Identifier: Apache-2.0

/// The linear probes: multinomial logistic regressions on x_v and on x_s.
public struct ProbeOptions: Codable, Sendable, Equatable {
  /// C, weight of the summed cross-entropy against half the squared weights; chosen by
  /// cross-validated negative log-likelihood.
  public var grid = [1e-3, 1e-2, 1e-1, 1]
  /// Where the probe that predicts stops: estimated decrease of the mean loss still to be had,
  /// nats. On three real data sets 1e-5 left weights within 5 % of the largest and top-1 within
  /// 0.14 points of the optimum's.
  public var tolerance = 1e-5
  /// Folds of that cross-validation.
  public var folds = 3
  /// Folds of the out-of-fold predictions that feed the teacher.
  public var outOfFoldFolds = 5

  /// The defaults.
  public init() {}
}

/// The product-of-experts teacher q = softmax(a l_v + b l_s) and the gate on text.
public struct TeacherOptions: Codable, Sendable, Equatable {
  /// When text takes part in alignment and targets of labelled rows.
  public enum Gate: String, Codable, Sendable, CaseIterable {
    /// Open when the text probe's out-of-fold negative log-likelihood is below the image's.
    case automatic
    /// Always.
    case open
    /// Never.
    case closed
  }

  /// Whether there is a teacher at all; without one, targets are one-hot.
  public var isEnabled = true
  /// Share of the teacher in a labelled row's target, multiplied by the gate.
  public var weight = 0.3
  /// Values tried for a and for b.
  public var exponents = [0, 0.25, 0.5, 0.75, 1, 1.5, 2]
  /// The gate.
  public var gate = Gate.automatic

  /// The defaults.
  public init() {}
}

/// Held-out rows: report, fallback, calibration.
public struct ValidationOptions: Codable, Sendable, Equatable {
  /// Part of the labelled training rows held out when the file has no `val` group.
  public var fraction = 0.2
  /// Most rows held out, or taken of `val`: the standard error of a top-1 is then below 0.4
  /// points.
  public var maximumRows = 16_384
  /// With fewer held-out rows nothing is tested: the report says so.
  public var minimumRows = 50
  /// Predict with the probe where MARNet's negative log-likelihood is worse by more than one
  /// standard error.
  public var fallback = true
  /// Divide the final logits by a temperature fitted on held-out rows, where it helps them by
  /// more than one standard error. Off: held-out rows of train can be easier than the rows to
  /// be scored, and then a temperature fitted on them misleads (docs/accuracy.md).
  public var calibrate = false
  /// Keep two image-only networks, fitted on all rows, with the model, so that `evaluate`
  /// reports their ensemble with the probe.
  public var imageOnlyEnsemble = false
  /// Also train the joint network without text, the decisive control, and keep it and the
  /// image-only networks with the model for `evaluate`.
  public var imageOnlyControl = false

  /// The defaults.
  public init() {}
}
