// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Consecutive rows of a split that is being written.
public struct FeatureBlock: Sendable {
  /// Visual features, `[n, Dv]`.
  public var visual: Matrix
  /// Text features, `[n, Ds]`.
  public var text: Matrix?
  /// Class indices, `[n]`; -1 for unlabelled rows.
  public var labels: [Int32]?
  /// Identifiers, `[n]`.
  public var ids: RowIDs?
  /// Whether each row has text, `[n]`.
  public var textMask: [Bool]?
  /// Tokens, where the plan of the split has any.
  var tokens: TokenBlock?

  /// Makes a block of `visual.rowCount` rows.
  public init(
    visual: Matrix, text: Matrix? = nil, labels: [Int32]? = nil, ids: RowIDs? = nil,
    textMask: [Bool]? = nil
  ) {
    self.visual = visual
    self.text = text
    self.labels = labels
    self.ids = ids
    self.textMask = textMask
  }

  /// Number of rows, n.
  public var rowCount: Int { visual.rowCount }
}

/// The tokens of consecutive rows.
struct TokenBlock: Sendable {
  /// Patches, `[n, Lv · Dv]`.
  let visual: Matrix
  /// Words, `[n, Lt · Ds]`.
  let text: Matrix
  /// Whether there is a word, `[n · Lt]`.
  let isWord: [Bool]
}
