// SPDX-License-Identifier: Apache-2.0

/// What CSV, JSON Lines and NumPy share: a header, then row after row.
class SequentialScoreWriter: ScoreWriter {
  let columns: ScoreColumns
  private let output: ByteOutput
  private let progress: ScoreProgress?
  private(set) final var nextRow = 0
  private var hasFailed = false

  init(to target: ScoreTarget, columns: ScoreColumns, header: [UInt8]) throws {
    self.columns = columns
    switch target {
    case .stream(let path):
      progress = nil
      output = try ByteOutput(stream: path)
    case .file(let progress):
      self.progress = progress
      let start = progress.start
      let kept = start?.byteCount ?? 0
      let found = progress.file.partialByteCount ?? 0
      if let start, start.byteCount ?? .max > found {
        _ = progress.keep()
        throw ScoreFileError.damagedPart(
          path: progress.file.path,
          reason: "it is shorter than its first \(grouped(start.rowCount)) rows were")
      }
      output = try ByteOutput(partOf: progress.file, keeping: kept)
      nextRow = start?.rowCount ?? 0
      if start != nil { return }
    }
    output.buffer += header
  }

  /// Appends row `row` of `block` to `bytes`, a line with its end.
  func encode(_ block: ScoreBlock, row: Int, into bytes: inout [UInt8]) {
    preconditionFailure("a subclass writes the rows")
  }

  final func append(_ block: ScoreBlock) throws {
    block.check(against: columns, nextRow: nextRow)
    hasFailed = true
    for row in 0..<block.rowCount {
      encode(block, row: row, into: &output.buffer)
      try output.writeIfFull()
    }
    nextRow += block.rowCount
    // Who reads a pipe does not wait for rows that are scored.
    if let progress { try progress.advance(to: nextRow, flush) } else { try output.write() }
    hasFailed = false
  }

  final func finish() throws {
    precondition(
      nextRow == columns.rowCount ?? nextRow,
      "\(nextRow) of \(columns.rowCount ?? nextRow) rows were written")
    hasFailed = true
    try output.finish()
    try progress?.file.commit()
  }

  final func keep() -> Int {
    guard let progress else { return 0 }
    if !hasFailed { try? progress.note(nextRow, flush) }
    output.abandon()
    return progress.keep()
  }

  final func discard() {
    output.abandon()
    progress?.file.discard()
  }

  deinit { discard() }

  private func flush() throws(DataError) -> Int? {
    try output.flushToDisk()
    return output.byteCount
  }
}
