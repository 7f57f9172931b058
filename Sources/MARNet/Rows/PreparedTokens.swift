// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// Tokens as training uses them: standardised per dimension with the statistics of the
/// training rows' patches and words, padding left out.
package struct PreparedTokens: Sendable {
  package let shape: TokenShape
  /// `[N, Lv · Dv]` and `[N, Lt · Ds]` of all rows of the source.
  let visual: StandardizedRows
  let text: StandardizedRows
  /// `[N · Lt]`.
  let isWord: [Bool]

  package init(_ tokens: TokenSource, pool: WorkerPool) throws {
    shape = TokenShape(
      visualCount: tokens.visualCount, textCount: tokens.textCount,
      visualWidth: tokens.visual.width / tokens.visualCount,
      textWidth: tokens.text.width / tokens.textCount)
    visual = StandardizedRows(
      tokens.visual,
      standardizer: try Standardizer(
        scanning: tokens.visual, parts: tokens.visualCount, pool: pool),
      parts: tokens.visualCount)
    text = StandardizedRows(
      tokens.text,
      standardizer: try Standardizer(
        scanning: tokens.text, parts: tokens.textCount, isUsed: tokens.isWord, pool: pool),
      parts: tokens.textCount)
    isWord = tokens.isWord
  }
}
