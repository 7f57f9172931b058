// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// One scoring of a split, or of a shard of it, into an output: read, score, write, block by
/// block, all three at the same time.
struct FileScoringRun {
  private let model: Model
  private let file: FeatureFile
  private let what: FileScoring
  private let scorer: ModelScorer
  private let format: ScoreFormat
  /// The output, or the file of the shard.
  private let path: String
  /// The rows of the split that are scored.
  private let rows: Range<Int>
  private let columns: ScoreColumns
  private let batchRows: Int

  init(
    _ model: Model, _ file: FeatureFile, to output: String, _ what: FileScoring,
    options: ScoringOptions, threads: Int?
  ) throws {
    self.model = model
    self.file = file
    self.what = what
    let total = try file.description(of: what.split).rowCount
    try file.requireVisualWidth(model.visualWidth, of: what.split)
    if let shard = what.shard {
      guard shard.count <= total else {
        throw ScoreFileError.moreShardsThanRows(shards: shard.count, rows: total)
      }
      (rows, path) = (shard.rows(of: total), shard.path(for: output))
    } else {
      (rows, path) = (0..<total, output)
    }
    format = try what.format ?? ScoreFormat(path: output)
    if what.shard != nil, format != .hdf5 { throw ScoreFileError.shardsNeedHDF5(path: output) }
    try file.requireIsNot(path)
    let includesFeatures = what.includesEmbedding || what.includesReconstruction
    var options = options
    options.includesFeatures = includesFeatures
    scorer = try ModelScorer(model, options: options, threads: threads)
    columns = ScoreColumns(
      rowCount: rows.count, classNames: model.classNames, topK: what.topK,
      idKind: try file.ids(what.split, rows: 0..<min(1, total))?.kind,
      embeddingWidth: what.includesEmbedding ? model.configuration.alignment.dimension : nil,
      reconstructionWidth: what.includesReconstruction ? model.textWidth : nil,
      attributes: try Self.attributes(
        model, file, what, options: options, rows: rows, total: total))
    batchRows = try BlockMemory(
      model, predictors: 4,
      features: includesFeatures ? model.configuration.alignment.dimension + model.textWidth : 0
    ).rows(within: what.memory ?? .automatic, wanted: what.batchRows)
  }

  /// Scores what an earlier run has not.
  func run(_ progress: (_ done: Int, _ count: Int) -> Bool) throws -> FileScoringReport {
    let output = try open()
    guard case .open(let opened) = output else {
      return FileScoringReport(path: path, rowCount: rows.count, earlierRows: rows.count)
    }
    // One thread makes it, one at a time uses it.
    nonisolated(unsafe) let writer = opened
    let start = writer.nextRow
    do {
      guard progress(start, rows.count) else { throw FitError.cancelled }
      try scoreBlocks(
        from: start, readsIDs: !(format == .hdf5 && columns.idKind == .strings), into: writer,
        progress)
      try writer.finish()
    } catch {
      // Rows that cannot be used must change: those before them may change too.
      if Failure(error).code == .data {
        writer.discard()
        throw error
      }
      let kept = writer.keep()
      guard kept > 0 else { throw error }
      throw ScoringStopped(cause: error, path: path, keptRows: kept, rowCount: rows.count)
    }
    return FileScoringReport(path: path, rowCount: rows.count, earlierRows: start)
  }

  private func open() throws -> ScoreOutput {
    let (file, split, shift) = (file, what.split, rows.lowerBound)
    return try ScoreOutput.open(
      path, format: format, columns: columns,
      .init(
        overwrites: what.overwrite, resumes: what.resume,
        acceptsComplete: what.resume || what.shard != nil),
      stringIDs: { rows in
        let stored = rows.lowerBound + shift..<rows.upperBound + shift
        guard case .strings(let values)? = try file.ids(split, rows: stored) else {
          preconditionFailure("the identifiers of '\(split.rawValue)' are strings")
        }
        return values
      })
  }

  private func scoreBlocks(
    from start: Int, readsIDs: Bool, into output: any ScoreWriter,
    _ progress: (_ done: Int, _ count: Int) -> Bool
  ) throws {
    nonisolated(unsafe) let writer = output
    let (file, split, shift) = (file, what.split, rows.lowerBound)
    try WriteBehind<ScoreBlock>(write: { try writer.append($0) }).run { put in
      try ReadAhead.forEach(Blocks.of(start..<rows.count, size: batchRows)) { rows in
        let stored = rows.lowerBound + shift..<rows.upperBound + shift
        return (
          visual: try file.readVisual(split, rows: stored),
          ids: readsIDs ? try file.ids(split, rows: stored) : nil
        )
      } consume: { rows, block in
        let scores = try scorer.score(block.visual)
        try put(
          ScoreBlock(
            firstRow: rows.lowerBound, probabilities: scores.probabilities,
            prediction: scores.predictions, ids: block.ids,
            embedding: what.includesEmbedding ? scores.embedding : nil,
            reconstruction: what.includesReconstruction ? scores.reconstruction : nil))
        guard progress(rows.upperBound, self.rows.count) else { throw FitError.cancelled }
      }
    }
  }

  /// What the scores depend on. Two files of equal attributes hold equal scores of their rows.
  private static func attributes(
    _ model: Model, _ file: FeatureFile, _ what: FileScoring, options: ScoringOptions,
    rows: Range<Int>, total: Int
  ) throws -> [String: ScoreAttribute] {
    var attributes = options.attributes(for: model)
    attributes["features"] = .text(try file.sampleFingerprint(what.split))
    attributes["split"] = .text(what.split.rawValue)
    attributes[ScoreAttribute.firstRow] = .integer(rows.lowerBound)
    attributes[ScoreAttribute.rowCount] = .integer(rows.count)
    attributes[ScoreAttribute.totalRows] = .integer(total)
    if let shard = what.shard {
      attributes[ScoreAttribute.shard] = .integer(shard.index)
      attributes[ScoreAttribute.shards] = .integer(shard.count)
    }
    return attributes
  }
}
