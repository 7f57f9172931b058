// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// What held-out rows said: the table, the fallback decision and the temperature.
struct HeldOutOutcome {
  var rowCount: Int
  var branches: [FitReport.Branch] = []
  var nllChange: PairedDifference?
  var decision = Model.Decision.marnet
  var calibrationTemperature = 1.0
  var records: [EpochRecord] = []

  /// Too few rows: MARNet stays, uncalibrated, and the report says so.
  static func untested(rowCount: Int) -> HeldOutOutcome { HeldOutOutcome(rowCount: rowCount) }
}

/// Compares MARNet to the probe and to image-only networks on rows none of them has seen.
package struct HeldOutTest {
  let configuration: Configuration
  let dimensions: HeadDimensions
  let pool: WorkerPool

  func run(_ fitted: FitRun.Fitted, on heldOut: HeldOutRows) -> HeldOutOutcome {
    let (rows, labels) = (heldOut.rows, heldOut.labels)
    let sampling = HeadScorer.Sampling(
      sampler: configuration.sampling.headSampler, draws: configuration.sampling.draws,
      seed: configuration.seed)
    let branches = BlockScorer(fitted.heads, sampling: sampling, pool: pool).score(rows)
    let probe = fitted.prefit.imageProbe.logProbabilities(of: rows.visual, pool: pool)
    var predictors: [(String, Matrix)] = [(PredictorName.probe, probe)]
    let networks = fitted.controls.imageOnly.map { head in
      ImageOnlyScorer(
        head: head, alignedWidth: dimensions.aligned, classCount: dimensions.classes, pool: pool
      ).logProbabilities(of: rows)
    }
    if !networks.isEmpty {
      predictors.append(
        (PredictorName.imageOnlyEnsemble, LogProbabilities.mean(of: [probe] + networks)))
    }
    if let joint = fitted.controls.joint {
      predictors.append(
        (
          PredictorName.imageOnlyControl,
          BlockScorer(joint, sampling: sampling, pool: pool).score(rows).network
        ))
    }
    predictors += [
      (PredictorName.alignment, branches.alignment),
      (PredictorName.reconstruction, branches.reconstruction),
      (PredictorName.fused, branches.network),
    ]
    var outcome = HeldOutOutcome(rowCount: labels.count)
    outcome.branches = predictors.map { name, logProbabilities in
      branch(name, logProbabilities, probe: probe, labels: labels)
    }
    decide(
      &outcome, network: branches.network, probe: probe, labels: labels, weights: heldOut.weights)
    return outcome
  }

  /// Worse than the probe by more than one standard error, both with their best temperature:
  /// predict with the probe. Rows count by their classes here, as in training.
  private func decide(
    _ outcome: inout HeldOutOutcome, network: Matrix, probe: Matrix, labels: [Int32],
    weights: [Double]?
  ) {
    let temperatures = [network, probe].map {
      CalibrationTemperature.fit($0, labels: labels, weights: weights)
    }
    let losses = zip([network, probe], temperatures).map { logProbabilities, temperature in
      RowMetrics.nll(
        LogProbabilities.tempered(logProbabilities, temperature: temperature), labels: labels)
    }
    let change = PairedDifference(losses[0], minus: losses[1], weights: weights)
    outcome.nllChange = change
    if configuration.validation.fallback, Self.isWorse(change) { outcome.decision = .probe }
    guard configuration.validation.calibrate else { return }
    let chosen = outcome.decision == .marnet ? 0 : 1
    let plain = RowMetrics.nll([network, probe][chosen], labels: labels)
    let gain = PairedDifference(losses[chosen], minus: plain, weights: weights)
    // A temperature fitted on few rows is noise; it is kept where it clearly helps them.
    if gain.mean < -gain.standardError { outcome.calibrationTemperature = temperatures[chosen] }
  }

  /// Whether MARNet, both calibrated, loses to the probe by more than one standard error.
  package static func isWorse(
    _ network: Matrix, thanProbe probe: Matrix, on heldOut: HeldOutRows
  ) -> Bool {
    let losses = [network, probe].map {
      RowMetrics.calibratedNll($0, labels: heldOut.labels, weights: heldOut.weights)
    }
    return isWorse(PairedDifference(losses[0], minus: losses[1], weights: heldOut.weights))
  }

  private static func isWorse(_ change: PairedDifference) -> Bool {
    change.mean > change.standardError
  }

  private func branch(
    _ name: String, _ logProbabilities: Matrix, probe: Matrix, labels: [Int32]
  ) -> FitReport.Branch {
    var accumulator = MetricsAccumulator(classCount: dimensions.classes)
    accumulator.add(logProbabilities: logProbabilities, labels: labels)
    return FitReport.Branch(
      name: name, metrics: accumulator.metrics,
      top1Gain: PairedDifference(
        RowMetrics.top1(logProbabilities, labels: labels),
        minus: RowMetrics.top1(probe, labels: labels)),
      nllChange: PairedDifference(
        RowMetrics.nll(logProbabilities, labels: labels),
        minus: RowMetrics.nll(probe, labels: labels)))
  }
}
