// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

extension Model {
  /// Scores a split of a feature file into `output`, block by block: memory does not grow with
  /// the rows. Text in the file is never read. The output appears whole or not at all.
  ///
  /// A scoring that is cut off leaves its work in hidden files beside the output, with which
  /// `FileScoring.resume` goes on.
  ///
  /// - Parameters:
  ///   - path: the feature file.
  ///   - output: `.h5`, `.csv` or `.jsonl`; "-" is standard output.
  ///   - what: rows, columns and format.
  ///   - options: sampler, draws, seed.
  ///   - threads: workers; all available processors when nil.
  ///   - progress: rows done and rows in all, before the first block and after every one; false
  ///     stops.
  /// - Throws: `ScoringStopped` where rows are kept; else `DataError`, `ModelError`,
  ///   `ScoreFileError`, `FitError.cancelled`, and then nothing is left.
  @discardableResult
  public func score(
    featuresAt path: String, to output: String, _ what: FileScoring = FileScoring(),
    options: ScoringOptions = ScoringOptions(), threads: Int? = nil,
    progress: (_ done: Int, _ count: Int) -> Bool = { _, _ in true }
  ) throws -> FileScoringReport {
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
  ) throws -> FileScoringReport {
    try FileScoringRun(self, file, to: output, what, options: options, threads: threads)
      .run(progress)
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
      self, predictors: 12, features: 0, labels: rowCount
    ).rows(within: memory ?? .automatic, wanted: batchRows)
    try ReadAhead.forEach(Blocks.of(0..<rowCount, size: batchRows)) { rows in
      try file.readVisual(split, rows: rows)
    } consume: { rows, visual in
      try evaluator.add(visual, labels: Array(labels[rows]))
      guard progress(rows.upperBound, rowCount) else { throw FitError.cancelled }
    }
    return evaluator.result()
  }
}
