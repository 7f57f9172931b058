// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// Tokens as training uses them: standardised per dimension with the statistics of the
/// training rows' patches and words, padding left out.
package struct PreparedTokens: Sendable {
  package let shape: TokenShape
  /// `[N, Lv · Dv]` and `[N, Lt · Ds]`.
  private let visual: Matrix
  private let text: Matrix
  /// `[N · Lt]`.
  private let isWord: [Bool]

  package init(_ tokens: TokenRows) {
    shape = TokenShape(
      visualCount: tokens.visualCount, textCount: tokens.textCount,
      visualWidth: tokens.visual.columnCount / tokens.visualCount,
      textWidth: tokens.text.columnCount / tokens.textCount)
    visual = Self.standardise(tokens.visual, width: shape.visualWidth, rows: nil)
    text = Self.standardise(
      tokens.text, width: shape.textWidth,
      rows: tokens.isWord.indices.filter { tokens.isWord[$0] })
    isWord = tokens.isWord
  }

  private init(_ whole: PreparedTokens, at indices: [Int]) {
    shape = whole.shape
    visual = whole.visual.rows(at: indices)
    text = whole.text.rows(at: indices)
    let count = whole.shape.textCount
    isWord = indices.flatMap { whole.isWord[$0 * count..<($0 + 1) * count] }
  }

  func rows(at indices: [Int]) -> PreparedTokens { PreparedTokens(self, at: indices) }

  /// The views of a batch; valid while `body` runs.
  func withViews<Result>(_ body: (TokenViews) -> Result) -> Result {
    isWord.withUnsafeBufferPointer { words in
      guard let words = words.baseAddress else { preconditionFailure("a batch needs rows") }
      return withExtendedLifetime(self) {
        body(TokenViews(shape: shape, visual: visual.view, text: text.view, isWord: words))
      }
    }
  }

  private static func standardise(_ tokens: Matrix, width: Int, rows: [Int]?) -> Matrix {
    let count = tokens.rowCount * tokens.columnCount / width
    let all = tokens.reshaped(rowCount: count, columnCount: width)
    let standardizer = Standardizer(of: all, rows: rows)
    return standardizer(all).reshaped(
      rowCount: tokens.rowCount, columnCount: tokens.columnCount)
  }
}
