// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// What every predictor says of the labelled rows of a split, row by row: for reports.
package struct DetailedEvaluation: Sendable {
  /// One predictor.
  package struct Predictor: Sendable {
    /// Of `PredictorName`.
    package let name: String
    package let metrics: ClassificationMetrics
    package let reliability: [ReliabilityBin]
    /// The most probable class of each row, `[N]`.
    package let predictions: [Int32]
    /// Of each row, nats, `[N]`.
    package let nll: [Double]
    /// Top-1 minus the probe's, a fraction.
    package let top1Gain: PairedDifference
  }

  /// The labelled rows, by their place in the split, ascending, `[N]`.
  package let rows: [Int]
  /// Their classes, `[N]`.
  package let labels: [Int32]
  /// Rows of the split without a label.
  package let unlabelledRows: Int
  /// The probe first, as `ModelScorer.tables` gives them.
  package let predictors: [Predictor]

  package subscript(name: String) -> Predictor? { predictors.first { $0.name == name } }
}

/// Sums up blocks of a split.
private struct DetailedAccumulator {
  let name: String
  var metrics: MetricsAccumulator
  var predictions: [Int32] = []
  var nll: [Double] = []

  mutating func add(_ logProbabilities: Matrix, labels: [Int32]) {
    metrics.add(logProbabilities: logProbabilities, labels: labels)
    predictions += LogProbabilities.predictions(logProbabilities)
    nll += RowMetrics.nll(logProbabilities, labels: labels)
  }
}

extension Model {
  /// Evaluates every predictor on the labelled rows of a split, and keeps what it says of each.
  ///
  /// - Returns: nil where no row has a label.
  /// - Throws: `DataError`, `ModelError`, `FitError.cancelled`.
  package func evaluateInDetail(
    _ file: FeatureFile, split: Split, options: ScoringOptions = ScoringOptions(),
    threads: Int? = nil, batchRows: Int? = nil, memory: MemoryBudget? = nil,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> DetailedEvaluation? {
    let rowCount = try file.description(of: split).rowCount
    try file.requireVisualWidth(visualWidth, of: split)
    let labels = try file.labels(split, classNames: classNames)
    let scorer = try ModelScorer(self, options: options, threads: threads)
    let batchRows = try BlockMemory(
      self, predictors: 14, features: 0, labels: rowCount
    ).rows(within: memory ?? .automatic, wanted: batchRows)
    var accumulators: [DetailedAccumulator] = []
    let labelled = labels.indices.filter { labels[$0] >= 0 }
    guard !labelled.isEmpty else { return nil }
    try ReadAhead.forEach(Blocks.of(0..<rowCount, size: batchRows)) { rows in
      try file.readVisual(split, rows: rows)
    } consume: { rows, visual in
      let used = rows.filter { labels[$0] >= 0 }
      let own = used.map { labels[$0] }
      if !used.isEmpty {
        let tables = try scorer.tables(
          used.count == rows.count ? visual : visual.rows(at: used.map { $0 - rows.lowerBound }))
        for (index, (name, logProbabilities)) in tables.enumerated() {
          if accumulators.count == index {
            accumulators.append(
              DetailedAccumulator(
                name: name, metrics: MetricsAccumulator(classCount: classNames.count)))
          }
          accumulators[index].add(logProbabilities, labels: own)
        }
      }
      guard progress(rows.upperBound, rowCount) else { throw FitError.cancelled }
    }
    return DetailedEvaluation(accumulators, rows: labelled, labels: labels)
  }
}

extension DetailedEvaluation {
  fileprivate init(_ accumulators: [DetailedAccumulator], rows: [Int], labels all: [Int32]) {
    let labels = rows.map { all[$0] }
    func top1(_ one: DetailedAccumulator) -> [Double] {
      zip(one.predictions, labels).map { $0 == $1 ? 1 : 0 }
    }
    let probe = top1(accumulators[0])
    self.rows = rows
    self.labels = labels
    unlabelledRows = all.count - rows.count
    predictors = accumulators.map { one in
      Predictor(
        name: one.name, metrics: one.metrics.metrics, reliability: one.metrics.reliability,
        predictions: one.predictions, nll: one.nll,
        top1Gain: PairedDifference(top1(one), minus: probe))
    }
  }
}
