// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// One scoring of a stream into an output: read, score, write, block by block, all three at the
/// same time. Rows that are scored do not wait for more rows.
struct StreamScoringRun {
  private let stream: RowStream
  private let what: StreamScoring
  private let scorer: ModelScorer
  private let format: ScoreFormat
  private let output: String
  private let columns: ScoreColumns
  private let batchRows: Int

  /// Waits for the header of a .npy array.
  ///
  /// - Parameter goesOn: asked now and then meanwhile; false ends it.
  init(
    _ model: Model, rowsAt path: String, as form: RowForm, to output: String,
    _ what: StreamScoring, options: ScoringOptions, threads: Int?, while goesOn: () -> Bool
  ) throws {
    self.what = what
    self.output = output
    format = try what.format ?? ScoreFormat(path: output)
    let includesFeatures = what.includesEmbedding || what.includesReconstruction
    var options = options
    options.includesFeatures = includesFeatures
    scorer = try ModelScorer(model, options: options, threads: threads)
    guard
      let stream = try RowStream(
        path: path, form: form, width: model.visualWidth, while: goesOn)
    else { throw FitError.cancelled }
    try stream.requireIsNot(output)
    self.stream = stream
    var attributes = options.attributes(for: model)
    if let count = stream.rowCount {
      attributes[ScoreAttribute.firstRow] = .integer(0)
      attributes[ScoreAttribute.rowCount] = .integer(count)
      attributes[ScoreAttribute.totalRows] = .integer(count)
    }
    columns = ScoreColumns(
      rowCount: stream.rowCount, classNames: model.classNames, topK: what.topK,
      embeddingWidth: what.includesEmbedding ? model.configuration.alignment.dimension : nil,
      reconstructionWidth: what.includesReconstruction ? model.textWidth : nil,
      attributes: attributes)
    batchRows = try BlockMemory(
      model, predictors: 4,
      features: includesFeatures ? model.configuration.alignment.dimension + model.textWidth : 0,
      stagedBytes: stream.rowByteCount
    ).rows(within: what.memory ?? .automatic, wanted: what.batchRows)
  }

  func run(_ progress: (_ done: Int, _ count: Int?) -> Bool) throws -> FileScoringReport {
    let opened = try ScoreOutput.open(
      output, format: format, columns: columns,
      .init(overwrites: what.overwrite, resumes: false, acceptsComplete: false), stringIDs: nil)
    guard case .open(let writer) = opened else {
      preconditionFailure("complete scores were not to be accepted")
    }
    do {
      try scoreBlocks(into: writer, progress)
      try writer.finish()
    } catch {
      writer.discard()
      // What ends the program that writes, such as Ctrl-C, ends the stream early, too.
      let isInterrupted = if case FitError.cancelled = error { true } else { false }
      guard isInterrupted || error is RowStreamError && !progress(writer.nextRow, stream.rowCount)
      else { throw error }
      throw ScoreOutput.isStream(output) && writer.nextRow > 0
        ? StreamScoringInterrupted(rowCount: writer.nextRow) : FitError.cancelled
    }
    return FileScoringReport(path: output, rowCount: writer.nextRow, earlierRows: 0)
  }

  private func scoreBlocks(
    into output: any ScoreWriter, _ progress: (_ done: Int, _ count: Int?) -> Bool
  ) throws {
    // One thread makes it, one at a time uses it.
    nonisolated(unsafe) let writer = output
    let (stream, batchRows) = (stream, batchRows)
    var done = 0
    try WriteBehind<ScoreBlock>(write: { try writer.append($0) }).run { put in
      try ReadAhead.forEach {
        try stream.next(atMost: batchRows)
      } consume: { visual in
        if visual.rowCount > 0 {
          let scores = try scorer.score(visual)
          try put(
            ScoreBlock(
              firstRow: done, probabilities: scores.probabilities,
              prediction: scores.predictions,
              embedding: what.includesEmbedding ? scores.embedding : nil,
              reconstruction: what.includesReconstruction ? scores.reconstruction : nil))
          done += visual.rowCount
        }
        guard progress(done, stream.rowCount) else { throw FitError.cancelled }
      }
    }
    guard progress(done, stream.rowCount) else { throw FitError.cancelled }
  }
}
