// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Tokens of paired rows: patches of the images and words of the texts, of the same widths as
/// the features. The alignment method TEAM learns from them; scoring never reads any.
package struct TokenRows: Sendable {
  /// Patches, `[N, Lv · Dv]`, finite: those of a row one after the other.
  package let visual: Matrix
  /// Words, `[N, Lt · Ds]`, finite where there is a word.
  package let text: Matrix
  /// Whether there is a word, `[N · Lt]`; every row with text has one.
  package let isWord: [Bool]
  /// Lv.
  package let visualCount: Int
  /// Lt.
  package let textCount: Int

  /// Checks the tokens of rows that are checked themselves.
  init(
    visual: Matrix, text: Matrix, isWord: [Bool], visualCount: Int, textCount: Int,
    hasText: [Bool], at group: DataLocation
  ) throws(DataError) {
    self.visual = visual
    self.text = text
    self.visualCount = visualCount
    self.textCount = textCount
    let rows = hasText.count
    // A row without text has no words, whatever its mask says.
    self.isWord = isWord.indices.map { isWord[$0] && hasText[$0 / textCount] }
    let empty = (0..<rows).filter { row in
      hasText[row] && !self.isWord[row * textCount..<(row + 1) * textCount].contains(true)
    }
    if let row = empty.first {
      throw .noWords(group.child("text_tokens_mask"), row: row, badRows: empty.count)
    }
    try Self.requireFinite(visual, count: visualCount, at: group.child("visual_tokens")) { _ in true
    }
    try Self.requireFinite(text, count: textCount, at: group.child("text_tokens")) {
      self.isWord[$0]
    }
  }

  private init(selecting rows: [Int], of whole: TokenRows) {
    visual = whole.visual.rows(at: rows)
    text = whole.text.rows(at: rows)
    isWord = rows.flatMap { whole.isWord[$0 * whole.textCount..<($0 + 1) * whole.textCount] }
    visualCount = whole.visualCount
    textCount = whole.textCount
  }

  /// The rows at `indices`, in that order.
  package func rows(at indices: [Int]) -> TokenRows { TokenRows(selecting: indices, of: self) }

  private static func requireFinite(
    _ tokens: Matrix, count: Int, at location: DataLocation, where isUsed: (Int) -> Bool
  ) throws(DataError) {
    let all = tokens.reshaped(
      rowCount: tokens.rowCount * count, columnCount: tokens.columnCount / count)
    let view = all.view
    defer { withExtendedLifetime(all) {} }
    let bad = (0..<view.rowCount).filter {
      isUsed($0) && !FiniteCheck.isFinite(view.row($0), count: view.columnCount)
    }
    guard let first = bad.first else { return }
    let values = UnsafeBufferPointer(start: view.row(first), count: view.columnCount)
    let column = values.firstIndex { !$0.isFinite } ?? 0
    throw .nonFiniteToken(
      location, row: first / count, token: first % count, column: column,
      value: "\(values[column])", badTokens: bad.count)
  }
}
