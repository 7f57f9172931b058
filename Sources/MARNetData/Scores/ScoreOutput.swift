// SPDX-License-Identifier: Apache-2.0

/// What is done about an output that scores are to go to.
package enum ScoreOutput {
  /// The same scores stand there, complete.
  case complete
  /// They are written, from `nextRow` of the writer on.
  case open(any ScoreWriter)

  /// How an output is opened.
  package struct Rules {
    /// Whether what stands at the output may be replaced.
    package var overwrites: Bool
    /// Whether an unfinished file is gone on with; otherwise it is removed.
    package var resumes: Bool
    /// Whether the same scores, standing there, are a success.
    package var acceptsComplete: Bool

    package init(overwrites: Bool, resumes: Bool, acceptsComplete: Bool) {
      self.overwrites = overwrites
      self.resumes = resumes
      self.acceptsComplete = acceptsComplete
    }
  }

  /// Whether what is written to `path` is out at once and cannot be taken back.
  package static func isStream(_ path: String) -> Bool { ScoreTarget.isStream(path) }

  /// Opens `path` for scores.
  ///
  /// - Throws: `ScoreFileError` where something stands in the way, `DataError` where nothing
  ///   can be written; both leave everything as it is.
  package static func open(
    _ path: String, format: ScoreFormat, columns: ScoreColumns, _ rules: Rules,
    stringIDs: ScoreFormat.StringIDs?
  ) throws -> ScoreOutput {
    if ScoreTarget.isStream(path) {
      if rules.resumes { throw ScoreFileError.notResumable(path: path) }
      return .open(try format.writer(to: .stream(path), columns: columns, stringIDs: stringIDs))
    }
    let file = try ResumableFile(path: path)
    let facts = columns.facts(in: format)
    if file.outputExists && !rules.overwrites {
      // An unfinished file is of a run that was to replace it: not ours to remove.
      defer { file.partialByteCount == nil ? file.discard() : file.keep() }
      guard rules.acceptsComplete else { throw ScoreFileError.exists(path: path) }
      try requireSame(path, format: format, facts: facts)
      return .complete
    }
    var start: ScoreJournal?
    if rules.resumes, let journal = file.journal().flatMap(ScoreJournal.init) {
      if let difference = facts.difference(from: journal.facts) {
        file.keep()
        throw ScoreFileError.otherScoresUnfinished(path: path, difference)
      }
      start = journal.rowCount <= columns.rowCount ?? .max ? journal : nil
    }
    let progress = ScoreProgress(of: file, start: start, facts: facts, rowCount: columns.rowCount)
    return .open(
      try format.writer(to: .file(progress), columns: columns, stringIDs: stringIDs))
  }

  /// Text says nothing of its model: that it is there, and that it appears when complete, has
  /// to do.
  private static func requireSame(
    _ path: String, format: ScoreFormat, facts: ScoreFacts
  ) throws {
    guard format == .hdf5 else { return }
    let found: HDF5ScoreFile
    do {
      found = try HDF5ScoreFile(path: path)
    } catch {
      throw ScoreFileError.exists(path: path)
    }
    if let difference = facts.difference(from: found.columns.facts(in: .hdf5)) {
      throw ScoreFileError.otherScoresExist(path: path, difference)
    }
  }
}
