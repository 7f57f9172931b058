// SPDX-License-Identifier: Apache-2.0

/// How far an unfinished score file is, noted beside it so that a later run can go on.
final class ScoreProgress {
  let file: ResumableFile
  /// What an earlier run left; nil: begin with the first row.
  let start: ScoreJournal?
  private let facts: ScoreFacts
  private let rowCount: Int?
  private var notedRows: Int
  private var lastNote: ContinuousClock.Instant?

  /// To flush to disk takes milliseconds: often enough to lose little, too rarely to be felt.
  private static let interval = Duration.seconds(1)

  /// - Parameter start: must be of the same scores.
  init(of file: ResumableFile, start: ScoreJournal?, facts: ScoreFacts, rowCount: Int?) {
    self.file = file
    self.start = start
    self.facts = facts
    self.rowCount = rowCount
    notedRows = start?.rowCount ?? 0
    if start == nil { file.startAnew() }
  }

  /// Notes that the first `rows` rows are written, where the last note is old enough: the first
  /// block, then one a second at most. The last block needs no note.
  ///
  /// - Parameter flush: brings them to disk; gives the length where rows follow one another.
  func advance(to rows: Int, _ flush: () throws(DataError) -> Int?) throws(DataError) {
    let now = ContinuousClock.now
    if rows == rowCount { return }
    if let lastNote, lastNote.duration(to: now) < Self.interval { return }
    try note(rows, flush)
    lastNote = now
  }

  /// Notes it whenever the last note was.
  func note(_ rows: Int, _ flush: () throws(DataError) -> Int?) throws(DataError) {
    guard rows > 0 else { return }
    let bytes = try flush()
    try file.note(ScoreJournal(facts: facts, rowCount: rows, byteCount: bytes).encoded)
    notedRows = rows
  }

  /// Leaves the unfinished file for a later run, unless no row of it was noted.
  ///
  /// - Returns: rows that are kept.
  func keep() -> Int {
    if notedRows > 0 { file.keep() } else { file.discard() }
    return notedRows
  }
}
