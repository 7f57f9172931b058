// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The predictors beside each other, the probe first.
package struct PredictorTable: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    /// Of `PredictorName`.
    package var name: String
    package var title: String
    package var metrics: ClassificationMetrics
    /// Top-1 minus the probe's; nil for the probe.
    package var gain: Interval?
  }

  package var rows: [Row]
  /// The rows they are measured on, such as "693 labelled rows of 'test'".
  package var source: String
  /// Top-5 says nothing of five classes or fewer.
  package var hasTop5: Bool

  private static let order = [
    PredictorName.probe, PredictorName.imageOnlyEnsemble, PredictorName.imageOnlyControl,
    PredictorName.alignment, PredictorName.reconstruction, PredictorName.heads,
    PredictorName.fused,
  ]

  package init(
    _ evaluation: DetailedEvaluation, split: Split, decision: Model.Decision, classCount: Int
  ) {
    source = "\(Decimals.grouped(evaluation.labels.count)) labelled rows of '\(split.rawValue)'"
    rows = Self.order.compactMap { name in
      // Where MARNet predicts, its heads are the last row, calibrated.
      guard let one = evaluation[name], name != PredictorName.heads || decision == .probe else {
        return nil
      }
      return Row(
        name: name, title: Self.title(name, decision), metrics: one.metrics,
        gain: name == PredictorName.probe ? nil : Interval(one.top1Gain))
    }
    hasTop5 = classCount > 5
  }

  /// Of what a fit found on the rows it held out; nil where it held out none.
  package init?(_ report: FitReport, classCount: Int) {
    guard !report.branches.isEmpty else { return nil }
    source = "\(Decimals.grouped(report.heldOutRows)) rows that the fit held out"
    rows = Self.order.compactMap { name in
      guard let branch = report[name] else { return nil }
      // The fit measures the heads before it decides what predicts.
      let own =
        name == PredictorName.fused && report.decision == .probe ? PredictorName.heads : name
      return Row(
        name: own, title: Self.title(own), metrics: branch.metrics,
        gain: name == PredictorName.probe ? nil : Interval(branch.top1Gain))
    }
    hasTop5 = classCount > 5
  }

  package static func title(_ name: String, _ decision: Model.Decision = .marnet) -> String {
    switch name {
    case PredictorName.probe: "Linear probe"
    case PredictorName.alignment: "Alignment"
    case PredictorName.reconstruction: "Reconstruction"
    case PredictorName.heads: "MARNet's heads (not used)"
    case PredictorName.fused: decision == .marnet ? "Fused" : "Final (the probe)"
    case PredictorName.imageOnlyEnsemble: "Image-only ensemble"
    case PredictorName.imageOnlyControl: "Same network without text"
    default: name
    }
  }
}

/// How far confidence can be believed, before and after calibration.
package struct Calibration: Sendable, Equatable {
  package var before: [ReliabilityBin]
  package var after: [ReliabilityBin]
  package var eceBefore: Double
  package var eceAfter: Double
  package var nllBefore: Double
  package var nllAfter: Double
  /// 1: not calibrated, and both are the same.
  package var temperature: Double

  package init?(_ evaluation: DetailedEvaluation, temperature: Double) {
    guard let fused = evaluation[PredictorName.fused],
      let uncalibrated = evaluation[PredictorName.uncalibrated]
    else { return nil }
    before = uncalibrated.reliability
    after = fused.reliability
    (eceBefore, eceAfter) = (uncalibrated.metrics.ece, fused.metrics.ece)
    (nllBefore, nllAfter) = (uncalibrated.metrics.nll, fused.metrics.nll)
    self.temperature = temperature
  }
}
