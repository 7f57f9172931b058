// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Paired rows of one split wherever they lie: features in memory or in a file, everything
/// else in memory. What a fit reads.
package struct PairedSource: Sendable {
  /// `[N, Dv]`.
  package let visual: any FeatureRows
  /// `[N, Ds]`, 0 in rows without text; nil without any text.
  package let text: (any FeatureRows)?
  /// Whether each row has text, `[N]`.
  package let hasText: [Bool]
  /// Class indices, `[N]`; -1 for unlabelled rows.
  package let labels: [Int32]
  /// Names of the classes, in the order of their indices.
  package let classNames: [String]
  /// Tokens, where they are to be read.
  package let tokens: TokenSource?

  let origin: DataLocation
  let names: ColumnNames

  /// Number of rows, N.
  package var rowCount: Int { labels.count }
  /// Bytes of a row's features in memory.
  package var rowBytes: Int {
    visual.rowBytes + (text?.rowBytes ?? 0) + (tokens?.visual.rowBytes ?? 0)
      + (tokens?.text.rowBytes ?? 0)
  }
  /// Rows that are best read together.
  package var chunkRows: Int { max(visual.chunkRows, text?.chunkRows ?? 1) }

  /// Rows held in memory, which are shared.
  package init(_ rows: PairedRows) {
    visual = StoredRows(rows.visual)
    text = rows.text.map { StoredRows($0) }
    hasText = rows.hasText
    labels = rows.labels
    classNames = rows.classNames
    tokens = rows.tokens.map { TokenSource($0) }
    origin = rows.origin
    names = rows.names
  }

  init(
    visual: any FeatureRows, text: (any FeatureRows)?, hasText: [Bool], labels: [Int32],
    classNames: [String], tokens: TokenSource?, origin: DataLocation, names: ColumnNames
  ) {
    self.visual = visual
    self.text = text
    self.hasText = hasText
    self.labels = labels
    self.classNames = classNames
    self.tokens = tokens
    self.origin = origin
    self.names = names
  }

  /// The same rows with their features in memory, in the stored type.
  ///
  /// - Parameter withText: false leaves the text where it is.
  package func resident(withText: Bool = true) throws -> PairedSource {
    PairedSource(
      visual: try visual.stored(), text: withText ? try text?.stored() : text, hasText: hasText,
      labels: labels,
      classNames: classNames, tokens: tokens, origin: origin, names: names)
  }

  /// The same rows with features that `replace` makes of these.
  package func replacingFeatures(
    _ replace: (any FeatureRows) -> any FeatureRows
  ) -> PairedSource {
    PairedSource(
      visual: replace(visual), text: text.map(replace), hasText: hasText, labels: labels,
      classNames: classNames, tokens: tokens, origin: origin, names: names)
  }

  /// - Throws: `DataError` unless every class has a labelled row, as fitting needs.
  package func requireEveryClassLabelled() throws {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels where label >= 0 { counts[Int(label)] += 1 }
    try ClassCheck.everyClass(counts, names: classNames, at: location(of: names.labels))
  }

  /// - Throws: `DataError` unless some row has text.
  package func requireText() throws {
    if !hasText.contains(true) { throw DataError.noText(location(of: names.text)) }
  }

  private func location(of name: String) -> DataLocation {
    PairedRowsCheck(origin: origin, names: names, rowCount: rowCount).location(name)
  }
}

extension FeatureFile {
  /// The rows of `split` without reading a feature: labels and masks are read and checked.
  ///
  /// - Parameter withTokens: reads the tokens, where the split has any, into memory.
  /// - Throws: `DataError` with the first thing that is wrong.
  package func pairedSource(_ split: Split, withTokens: Bool = false) throws -> PairedSource {
    let layout = try layout(of: split)
    let visual = try FileRows(.visual, of: split, in: self)
    let hasTextRows = layout.text != nil && split != .test
    try requireEqualWidths(split)
    let classNames = try classNames
    let origin = DataLocation(path: shownPath, object: layout.group.object)
    try PairedRowsCheck(origin: origin, names: layout.names, rowCount: visual.rowCount)
      .classNames(classNames)
    let hasText =
      hasTextRows ? try textMask(split) : [Bool](repeating: false, count: visual.rowCount)
    let labels =
      layout.labels == nil && split == .test
      ? [Int32](repeating: -1, count: visual.rowCount) : try labels(split)
    let source = PairedSource(
      visual: visual, text: hasTextRows ? try FileRows(.text, of: split, in: self) : nil,
      hasText: hasText, labels: labels, classNames: classNames,
      tokens: withTokens && split != .test
        ? try tokenRows(split, hasText: hasText).map { TokenSource($0) } : nil, origin: origin,
      names: layout.names)
    if split == .train { try source.requireEveryClassLabelled() }
    return source
  }

  private func tokenRows(_ split: Split, hasText: [Bool]) throws -> TokenRows? {
    let layout = try layout(of: split)
    guard let tokens = try layout.tokens?.get() else { return nil }
    return try readTokens(
      tokens, DataLocation(path: shownPath, object: layout.group.object), hasText: hasText)
  }
}
