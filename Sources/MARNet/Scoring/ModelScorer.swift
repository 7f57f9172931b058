// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// Scores image rows with a model. There is no text parameter: text exists at fit only.
///
/// A row's score depends on its values, the model and the seed, not on the rows around it,
/// the number of rows in a call, or threads. Keep one scorer and feed it blocks of any size:
/// its memory does not grow with the rows.
///
/// Calls are not concurrent: one scorer serves one caller at a time.
public final class ModelScorer {
  private let model: Model
  private let pool: WorkerPool
  private let includesFeatures: Bool
  private let heads: BlockScorer
  private let joint: BlockScorer?

  /// - Parameters:
  ///   - model: what scores.
  ///   - options: sampler, draws, seed, and whether features are given too.
  ///   - threads: workers; all available processors when nil.
  /// - Throws: `ModelError.invalidSampling`, `ConfigurationError`.
  public init(_ model: Model, options: ScoringOptions = ScoringOptions(), threads: Int? = nil)
    throws
  {
    self.model = model
    includesFeatures = options.includesFeatures
    let pool = WorkerPool(threads: threads ?? WorkerPool.availableProcessors)
    self.pool = pool
    let sampling = try options.sampling(for: model.configuration)
    let precision = options.precision.forScoring(difference: model.report.bfloat16Difference)
    heads = BlockScorer(try model.heads.with(precision), sampling: sampling, pool: pool)
    joint = try model.controls.joint.map { control in
      BlockScorer(
        try control.with(precision),
        sampling: try ScoringOptions().sampling(for: model.configuration), pool: pool)
    }
  }

  /// Scores `visual` `[N, Dv]`, features as the extractor gave them.
  ///
  /// - Throws: `ModelError.widthDiffers`, `ModelError.notFinite`.
  public func score(_ visual: Matrix) throws -> Scores {
    try withExtendedLifetime(visual) { try score(visual.view) }
  }

  /// Scores rows where they are, which are not changed.
  package func score(_ visual: MatrixView) throws -> Scores {
    let rows = try keyed(visual)
    let needsHeads = model.decision == .marnet || includesFeatures
    let branches = needsHeads ? heads.score(rows, features: includesFeatures) : nil
    let final: Matrix
    switch (model.decision, branches) {
    case (.marnet, .some(let branches)):
      final = model.calibrated(branches.network)
    default:
      final = model.calibrated(
        model.probe.logProbabilities(of: rows.visual, pool: pool))
    }
    return Scores(
      probabilities: LogProbabilities.probabilities(final),
      predictions: LogProbabilities.predictions(final), embedding: branches?.aligned,
      reconstruction: branches?.reconstructed)
  }

  /// Log-probabilities of every predictor by name, "fused" being the final prediction; what
  /// `Evaluator` reads.
  func predictors(_ visual: Matrix) throws -> [(name: String, logProbabilities: Matrix)] {
    let rows = try withExtendedLifetime(visual) { try keyed(visual.view) }
    let branches = heads.score(rows)
    let probe = model.probe.logProbabilities(of: rows.visual, pool: pool)
    let final = model.calibrated(model.decision == .marnet ? branches.network : probe)
    var result = [
      (PredictorName.probe, probe), (PredictorName.alignment, branches.alignment),
      (PredictorName.reconstruction, branches.reconstruction), (PredictorName.fused, final),
    ]
    if !model.controls.imageOnly.isEmpty {
      let networks = model.controls.imageOnly.map { head in
        ImageOnlyScorer(
          head: head, alignedWidth: model.configuration.alignment.dimension,
          classCount: model.classNames.count, pool: pool
        ).logProbabilities(of: rows)
      }
      result.append(
        (PredictorName.imageOnlyEnsemble, LogProbabilities.mean(of: [probe] + networks)))
    }
    if let joint {
      result.append((PredictorName.imageOnlyControl, joint.score(rows).network))
    }
    return result
  }

  private func keyed(_ visual: MatrixView) throws -> KeyedRows {
    guard visual.columnCount == model.visualWidth else {
      throw ModelError.widthDiffers(found: visual.columnCount, needed: model.visualWidth)
    }
    if let row = FiniteCheck.search(visual)?.first {
      let column = (0..<visual.columnCount).first { !visual.row(row)[$0].isFinite } ?? 0
      throw ModelError.notFinite(row: row, column: column)
    }
    return KeyedRows(raw: visual, standardizer: model.visualStandardizer, pool: pool)
  }
}

extension Model {
  /// Scores rows held in memory: `visual` `[N, Dv]`, features as the extractor gave them.
  public func score(
    _ visual: Matrix, options: ScoringOptions = ScoringOptions(), threads: Int? = nil
  ) throws -> Scores {
    try ModelScorer(self, options: options, threads: threads).score(visual)
  }
}

/// Names of the predictors in reports and evaluations.
enum PredictorName {
  static let probe = "probe"
  static let alignment = "alignment"
  static let reconstruction = "reconstruction"
  static let fused = "fused"
  /// The probe and two image-only networks, mean log-probability.
  static let imageOnlyEnsemble = "image_only_ensemble"
  /// The joint network with every text term off.
  static let imageOnlyControl = "image_only_control"
}
