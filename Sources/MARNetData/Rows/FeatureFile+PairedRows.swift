// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension FeatureFile {
  /// All rows of `split`, read into memory and checked.
  ///
  /// Training and validation rows need labels; in the training split every class
  /// needs a labelled row. The text of the test split is never read.
  ///
  /// - Parameter withTokens: reads the tokens too, where the split has any: they take many
  ///   times the memory of the features.
  /// - Throws: `DataError` with the first thing that is wrong.
  public func pairedRows(_ split: Split, withTokens: Bool = false) throws -> PairedRows {
    let layout = try layout(of: split)
    let visual = try layout.visual.get()
    let text = split == .test ? nil : try layout.text?.get()
    let all = 0..<visual.rowCount
    let hasText = text == nil ? nil : try self.hasText(layout, rowCount: visual.rowCount)
    try requireEqualWidths(split)
    let names = try classNames
    let labels =
      layout.labels == nil && split == .test
      ? [Int32](repeating: -1, count: visual.rowCount) : try labels(split)
    let tokens = withTokens && split != .test ? try layout.tokens?.get() : nil
    let origin = DataLocation(path: shownPath, object: layout.group.object)
    var rows: PairedRows
    do {
      rows = try PairedRows(
        visual: try visual.readMatrix(all, threads: threads),
        text: try text?.readMatrix(all, threads: threads), hasText: hasText, labels: labels,
        ids: try ids(split), classNames: names, origin: origin, names: layout.names)
    } catch DataError.nonFinite(let location, let row, let column, let value, let bad, let count) {
      let error = DataError.nonFinite(
        location, row: row, column: column, value: value, badRows: bad, rows: count)
      throw error.placed(in: location == layout.textLocation(in: origin) ? text ?? visual : visual)
    }
    if let tokens { rows.tokens = try readTokens(tokens, origin, hasText: rows.hasText) }
    if split == .train { try rows.requireEveryClassLabelled() }
    return rows
  }

  func readTokens(
    _ tokens: TokenLayout, _ group: DataLocation, hasText: [Bool]
  ) throws(DataError) -> TokenRows {
    let all = 0..<tokens.visual.rowCount
    return try TokenRows(
      visual: try tokens.visual.readMatrix(all, threads: threads),
      text: try tokens.text.readMatrix(all, threads: threads),
      isWord: try tokens.mask.readIntegers(all).map { $0 != 0 },
      visualCount: tokens.visualCount, textCount: tokens.textCount, hasText: hasText, at: group)
  }

  /// - Throws: `DataError` unless features of `split` are as wide as those of training.
  func requireEqualWidths(_ split: Split) throws(DataError) {
    guard split != .train, let train = layouts[.train].flatMap({ try? $0.get() }) else { return }
    let other = try layout(of: split)
    try requireEqualWidths(try? train.visual.get(), try? other.visual.get())
    if split != .test { try requireEqualWidths(try? train.text?.get(), try? other.text?.get()) }
  }

  private func requireEqualWidths(
    _ reference: Column?, _ column: Column?
  ) throws(DataError) {
    guard let reference, let column, reference.rowWidth != column.rowWidth else { return }
    throw DataError.unequalWidths(
      column.location, width: column.rowWidth, reference: reference.location.object ?? "/",
      referenceWidth: reference.rowWidth)
  }
}
