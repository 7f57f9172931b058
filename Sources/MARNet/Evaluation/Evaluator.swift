// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Evaluates a model on labelled rows, block by block; memory does not grow with the rows.
public final class Evaluator {
  private let scorer: ModelScorer
  private var accumulators: [String: MetricsAccumulator] = [:]
  private let classCount: Int

  /// - Parameters:
  ///   - model: what predicts.
  ///   - options: as for scoring.
  ///   - threads: workers; all available processors when nil.
  public init(_ model: Model, options: ScoringOptions = ScoringOptions(), threads: Int? = nil)
    throws
  {
    scorer = try ModelScorer(model, options: options, threads: threads)
    classCount = model.classNames.count
  }

  /// Adds rows: `visual` `[n, Dv]`, `labels` `[n]`; rows labelled -1 are left out.
  public func add(_ visual: Matrix, labels: [Int32]) throws {
    for (name, logProbabilities) in try scorer.predictors(visual) {
      accumulators[name, default: MetricsAccumulator(classCount: classCount)]
        .add(logProbabilities: logProbabilities, labels: labels)
    }
  }

  /// The metrics of all rows added so far.
  public func result() -> Evaluation {
    func metrics(_ name: String) -> ClassificationMetrics? { accumulators[name]?.metrics }
    let empty = MetricsAccumulator(classCount: classCount).metrics
    let fused = metrics(PredictorName.fused) ?? empty
    return Evaluation(
      rows: fused.rows, probe: metrics(PredictorName.probe) ?? empty,
      alignment: metrics(PredictorName.alignment) ?? empty,
      reconstruction: metrics(PredictorName.reconstruction) ?? empty, fused: fused,
      imageOnlyEnsemble: metrics(PredictorName.imageOnlyEnsemble),
      imageOnlyControl: metrics(PredictorName.imageOnlyControl))
  }
}
