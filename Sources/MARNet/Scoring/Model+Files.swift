// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// What of a feature file is scored, and what is written.
public struct FileScoring: Sendable {
  /// The rows to score.
  public var split = Split.test
  /// Write only the k most probable classes of each row.
  public var topK: Int?
  /// Write x_EMA.
  public var includesEmbedding = false
  /// Write x_CDR.
  public var includesReconstruction = false
  /// Rows at a time at most; nil means 8,192. The next are read while these are scored and the
  /// ones before are written. No effect on the scores.
  public var batchRows: Int?
  /// What the scoring may take; nil means three quarters of what is available. No effect on the
  /// scores.
  public var memory: MemoryBudget?
  /// The format; nil takes it from the output's extension.
  public var format: ScoreFormat?

  /// The test split, all probabilities.
  public init() {}
}

extension Model {
  /// Scores a split of a feature file into `output`, block by block: memory does not grow with
  /// the rows. Text in the file is never read. The output appears whole or not at all.
  ///
  /// - Parameters:
  ///   - output: `.h5`, `.csv` or `.jsonl`; "-" is standard output.
  ///   - progress: rows done and rows in all, after every block; false stops.
  /// - Returns: the number of rows scored.
  /// - Throws: `DataError`, `ModelError`, `FitError.cancelled`.
  @discardableResult
  public func score(
    featuresAt path: String, to output: String, _ what: FileScoring = FileScoring(),
    options: ScoringOptions = ScoringOptions(), threads: Int? = nil,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Int {
    try score(
      FeatureFile(path: path, threads: threads), to: output, what, options: options,
      threads: threads, progress: progress)
  }

  /// Scores a split of open features, as `score(featuresAt:)` does.
  @discardableResult
  public func score(
    _ file: FeatureFile, to output: String, _ what: FileScoring = FileScoring(),
    options: ScoringOptions = ScoringOptions(), threads: Int? = nil,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Int {
    let rowCount = try file.description(of: what.split).rowCount
    try file.requireVisualWidth(visualWidth, of: what.split)
    try file.requireIsNot(output)
    var options = options
    options.includesFeatures = what.includesEmbedding || what.includesReconstruction
    let scorer = try ModelScorer(self, options: options, threads: threads)
    let columns = ScoreColumns(
      rowCount: rowCount, classNames: classNames, topK: what.topK,
      idKind: try file.ids(what.split, rows: 0..<min(1, rowCount))?.kind,
      embeddingWidth: what.includesEmbedding ? configuration.alignment.dimension : nil,
      reconstructionWidth: what.includesReconstruction ? textWidth : nil,
      attributes: [
        "tool": "marnet-plugin \(ToolVersion.current)", "model_data": dataFingerprint,
        "split": what.split.rawValue,
      ])
    let features =
      (what.includesEmbedding || what.includesReconstruction)
      ? configuration.alignment.dimension + textWidth : 0
    let batchRows = try BlockMemory(
      self, predictors: 4, features: features, rowCount: rowCount, hasLabels: false
    ).rows(within: what.memory ?? .automatic, wanted: what.batchRows)
    let format = try what.format ?? ScoreFormat(path: output)
    // One thread makes it, one at a time uses it.
    nonisolated(unsafe) let writer = try format.writer(path: output, columns: columns)
    let split = what.split
    do {
      try WriteBehind<ScoreBlock>(write: { try writer.append($0) }).run { put in
        try ReadAhead.forEach(Self.blocks(of: rowCount, size: batchRows)) { rows in
          (visual: try file.readVisual(split, rows: rows), ids: try file.ids(split, rows: rows))
        } consume: { rows, block in
          let scores = try scorer.score(block.visual)
          try put(
            ScoreBlock(
              firstRow: rows.lowerBound, probabilities: scores.probabilities,
              prediction: scores.predictions, ids: block.ids,
              embedding: what.includesEmbedding ? scores.embedding : nil,
              reconstruction: what.includesReconstruction ? scores.reconstruction : nil))
          guard progress(rows.upperBound, rowCount) else { throw FitError.cancelled }
        }
      }
    } catch {
      writer.discard()
      throw error
    }
    try writer.finish()
    return rowCount
  }

  /// Evaluates every predictor on the labelled rows of a split, block by block.
  ///
  /// - Throws: `DataError`, `ModelError`, `FitError.cancelled`.
  public func evaluate(
    featuresAt path: String, split: Split = .test, options: ScoringOptions = ScoringOptions(),
    threads: Int? = nil, batchRows: Int? = nil, memory: MemoryBudget? = nil,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Evaluation {
    try evaluate(
      FeatureFile(path: path, threads: threads), split: split, options: options,
      threads: threads, batchRows: batchRows, memory: memory, progress: progress)
  }

  /// Evaluates on a split of open features, as `evaluate(featuresAt:)` does.
  public func evaluate(
    _ file: FeatureFile, split: Split = .test, options: ScoringOptions = ScoringOptions(),
    threads: Int? = nil, batchRows: Int? = nil, memory: MemoryBudget? = nil,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Evaluation {
    let rowCount = try file.description(of: split).rowCount
    try file.requireVisualWidth(visualWidth, of: split)
    let labels = try file.labels(split, classNames: classNames)
    let evaluator = try Evaluator(self, options: options, threads: threads)
    let batchRows = try BlockMemory(
      self, predictors: 12, features: 0, rowCount: rowCount, hasLabels: true
    ).rows(within: memory ?? .automatic, wanted: batchRows)
    try ReadAhead.forEach(Self.blocks(of: rowCount, size: batchRows)) { rows in
      try file.readVisual(split, rows: rows)
    } consume: { rows, visual in
      try evaluator.add(visual, labels: Array(labels[rows]))
      guard progress(rows.upperBound, rowCount) else { throw FitError.cancelled }
    }
    return evaluator.result()
  }

  private static func blocks(of rowCount: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: rowCount, by: max(1, size)).map { $0..<min($0 + max(1, size), rowCount) }
  }
}
