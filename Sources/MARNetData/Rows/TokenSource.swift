// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Tokens of paired rows, wherever they lie: those of a row one after the other.
package struct TokenSource: Sendable {
  /// Patches, `[N, Lv · Dv]`.
  package let visual: any FeatureRows
  /// Words, `[N, Lt · Ds]`.
  package let text: any FeatureRows
  /// Whether there is a word, `[N · Lt]`.
  package let isWord: [Bool]
  /// Lv.
  package let visualCount: Int
  /// Lt.
  package let textCount: Int

  init(_ rows: TokenRows) {
    visual = StoredRows(rows.visual)
    text = StoredRows(rows.text)
    isWord = rows.isWord
    visualCount = rows.visualCount
    textCount = rows.textCount
  }
}
