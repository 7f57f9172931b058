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
  /// Rows read at a time, twice that many in memory: the next are read while these are
  /// scored. No effect on the scores.
  public var batchRows = 8_192
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
    let format = try what.format ?? ScoreFormat(path: output)
    let writer = try format.writer(path: output, columns: columns)
    let split = what.split
    try ReadAhead.forEach(Self.blocks(of: rowCount, size: what.batchRows)) { rows in
      (visual: try file.readVisual(split, rows: rows), ids: try file.ids(split, rows: rows))
    } consume: { rows, block in
      let scores = try scorer.score(block.visual)
      try writer.append(
        ScoreBlock(
          firstRow: rows.lowerBound, probabilities: scores.probabilities,
          prediction: scores.predictions, ids: block.ids,
          embedding: what.includesEmbedding ? scores.embedding : nil,
          reconstruction: what.includesReconstruction ? scores.reconstruction : nil))
      guard progress(rows.upperBound, rowCount) else {
        writer.discard()
        throw FitError.cancelled
      }
    }
    try writer.finish()
    return rowCount
  }

  /// Evaluates every predictor on the labelled rows of a split, block by block.
  ///
  /// - Throws: `DataError`, `ModelError`, `FitError.cancelled`.
  public func evaluate(
    featuresAt path: String, split: Split = .test, options: ScoringOptions = ScoringOptions(),
    threads: Int? = nil, batchRows: Int = 8_192,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Evaluation {
    try evaluate(
      FeatureFile(path: path, threads: threads), split: split, options: options,
      threads: threads, batchRows: batchRows, progress: progress)
  }

  /// Evaluates on a split of open features, as `evaluate(featuresAt:)` does.
  public func evaluate(
    _ file: FeatureFile, split: Split = .test, options: ScoringOptions = ScoringOptions(),
    threads: Int? = nil, batchRows: Int = 8_192,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> Evaluation {
    let rowCount = try file.description(of: split).rowCount
    try file.requireVisualWidth(visualWidth, of: split)
    let labels = try file.labels(split, classNames: classNames)
    let evaluator = try Evaluator(self, options: options, threads: threads)
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
