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

  /// Rows whose tables of log-probabilities are in memory at a time.
  private static let blockRows = 2_048

  /// A predictor's score of every row.
  private struct Judged {
    let name: String
    var metrics: MetricsAccumulator
    var top1: [Double] = []
    var nll: [Double] = []
  }

  func run(_ fitted: FitRun.Fitted, on heldOut: HeldOutRows) -> HeldOutOutcome {
    let (rows, labels) = (heldOut.rows, heldOut.labels)
    var judged: [Judged] = []
    var tables = (network: [Matrix](), probe: [Matrix]())
    let predictors = Predictors(fitted, self)
    for first in stride(from: 0, to: labels.count, by: Self.blockRows) {
      let block = Array(first..<min(first + Self.blockRows, labels.count))
      let own = block.map { labels[$0] }
      let found = predictors.logProbabilities(of: rows.rows(at: block))
      for (index, (name, logProbabilities)) in found.enumerated() {
        if first == 0 {
          judged.append(
            Judged(name: name, metrics: MetricsAccumulator(classCount: dimensions.classes)))
        }
        judged[index].metrics.add(logProbabilities: logProbabilities, labels: own)
        judged[index].top1 += RowMetrics.top1(logProbabilities, labels: own)
        judged[index].nll += RowMetrics.nll(logProbabilities, labels: own)
        if name == PredictorName.probe { tables.probe.append(logProbabilities) }
        if name == PredictorName.fused { tables.network.append(logProbabilities) }
      }
    }
    var outcome = HeldOutOutcome(rowCount: labels.count)
    outcome.branches = judged.map { one in
      FitReport.Branch(
        name: one.name, metrics: one.metrics.metrics,
        top1Gain: PairedDifference(one.top1, minus: judged[0].top1),
        nllChange: PairedDifference(one.nll, minus: judged[0].nll))
    }
    decide(
      &outcome, network: Matrix(stacking: tables.network), probe: Matrix(stacking: tables.probe),
      labels: labels, weights: heldOut.weights)
    return outcome
  }

  /// Every predictor of a fit, the probe first.
  private struct Predictors {
    private let probe: Probe
    private let heads: BlockScorer
    private let networks: [ImageOnlyScorer]
    private let joint: BlockScorer?
    private let pool: WorkerPool

    init(_ fitted: FitRun.Fitted, _ test: HeldOutTest) {
      let (configuration, dimensions, pool) = (test.configuration, test.dimensions, test.pool)
      let sampling = HeadScorer.Sampling(
        sampler: configuration.sampling.headSampler, draws: configuration.sampling.draws,
        seed: configuration.seed)
      self.pool = pool
      probe = fitted.prefit.imageProbe
      heads = BlockScorer(fitted.heads, sampling: sampling, pool: pool)
      networks = fitted.controls.imageOnly.map { head in
        ImageOnlyScorer(
          head: head, alignedWidth: dimensions.aligned, classCount: dimensions.classes,
          pool: pool)
      }
      joint = fitted.controls.joint.map {
        BlockScorer($0, sampling: sampling, pool: pool)
      }
    }

    func logProbabilities(of rows: KeyedRows) -> [(name: String, Matrix)] {
      let branches = heads.score(rows)
      let own = probe.logProbabilities(of: rows.visual, pool: pool)
      var result: [(name: String, Matrix)] = [(PredictorName.probe, own)]
      if !networks.isEmpty {
        let others = networks.map { $0.logProbabilities(of: rows) }
        result.append(
          (PredictorName.imageOnlyEnsemble, LogProbabilities.mean(of: [own] + others)))
      }
      if let joint {
        result.append((PredictorName.imageOnlyControl, joint.score(rows).network))
      }
      return result + [
        (PredictorName.alignment, branches.alignment),
        (PredictorName.reconstruction, branches.reconstruction),
        (PredictorName.fused, branches.network),
      ]
    }
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
}
