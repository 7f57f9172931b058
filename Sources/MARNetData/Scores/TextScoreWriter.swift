// SPDX-License-Identifier: Apache-2.0

/// What CSV and JSON Lines share: rows of text, written in blocks.
class TextScoreWriter: ScoreWriter {
  let columns: ScoreColumns
  private let output: ByteOutput
  private var nextRow = 0

  init(path: String, columns: ScoreColumns, header: [UInt8]) throws {
    self.columns = columns
    output = try ByteOutput(path: path)
    output.buffer += header
  }

  /// Appends row `row` of `block` to `text`, with its line end.
  func line(of block: ScoreBlock, row: Int, into text: inout [UInt8]) {
    preconditionFailure("a subclass writes the lines")
  }

  final func append(_ block: ScoreBlock) throws {
    block.check(against: columns, nextRow: nextRow)
    do {
      for row in 0..<block.rowCount {
        line(of: block, row: row, into: &output.buffer)
        try output.writeIfFull()
      }
    } catch {
      discard()
      throw error
    }
    nextRow += block.rowCount
  }

  final func finish() throws {
    precondition(
      nextRow == columns.rowCount, "\(nextRow) of \(columns.rowCount) rows were written")
    try output.finish()
  }

  final func discard() { output.discard() }
}
