// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// How many tokens a row has, and how wide they are: as wide as the features.
package struct TokenShape: Sendable, Equatable {
  /// Lv, patches of an image.
  package var visualCount: Int
  /// Lt, words of the longest text.
  package var textCount: Int
  /// Dv and Ds.
  package var visualWidth: Int
  package var textWidth: Int

  package init(visualCount: Int, textCount: Int, visualWidth: Int, textWidth: Int) {
    self.visualCount = visualCount
    self.textCount = textCount
    self.visualWidth = visualWidth
    self.textWidth = textWidth
  }
}

/// Tokens of all training rows, standardised. Their owner outlives them.
package struct TokenViews: @unchecked Sendable {
  package let shape: TokenShape
  /// `[N, Lv · Dv]` and `[N, Lt · Ds]`.
  package let visual: MatrixView
  package let text: MatrixView
  /// `[N, Lt]`, whether there is a word; a row with text has one.
  package let isWord: UnsafePointer<Bool>

  package init(
    shape: TokenShape, visual: MatrixView, text: MatrixView, isWord: UnsafePointer<Bool>
  ) {
    self.shape = shape
    self.visual = visual
    self.text = text
    self.isWord = isWord
  }

  /// The patches of a row, `[Lv, Dv]`.
  func patches(_ row: Int) -> MatrixView {
    MatrixView(
      pointer: visual.row(row), rowCount: shape.visualCount, columnCount: shape.visualWidth)
  }

  /// All words of a row, `[Lt, Ds]`.
  func words(_ row: Int) -> MatrixView {
    MatrixView(pointer: text.row(row), rowCount: shape.textCount, columnCount: shape.textWidth)
  }
}

/// The tokens of a step's pairs, and the projectors they share with the features.
package struct PairTokens: @unchecked Sendable {
  let views: TokenViews
  /// `[n]`, the row of each pair.
  let rows: UnsafePointer<Int>
  let module: AlignmentModule
}
