// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Rows of visual features paired with text, labels and identifiers, checked once.
public struct PairedRows: Sendable {
  /// Visual features, `[N, Dv]`, finite.
  public let visual: Matrix
  /// Text features, `[N, Ds]`, finite, zero in rows without text; nil without any text.
  public let text: Matrix?
  /// Whether each row has text, `[N]`.
  public let hasText: [Bool]
  /// Class indices, `[N]`; -1 for unlabelled rows.
  public let labels: [Int32]
  /// Identifiers, `[N]`, where there are any.
  public let ids: RowIDs?
  /// Tokens, where they were read.
  package internal(set) var tokens: TokenRows?
  /// Names of the classes, in the order of their indices.
  public let classNames: [String]

  /// Where the rows came from, and what columns are called there, for errors.
  let origin: DataLocation
  let names: ColumnNames

  /// Number of rows, N.
  public var rowCount: Int { visual.rowCount }

  /// Pairs rows held in memory, and checks them.
  ///
  /// - Parameters:
  ///   - visual: `[N, Dv]`, finite; N is 1 or more.
  ///   - text: `[N, Ds]`, finite where `hasText`; other rows are ignored.
  ///   - hasText: `[N]`; nil means every row when there is text.
  ///   - labels: `[N]`; -1 or an index into `classNames`.
  ///   - ids: `[N]`.
  ///   - classNames: two or more different names.
  /// - Throws: `DataError` with the first thing that is wrong.
  public init(
    visual: Matrix, text: Matrix? = nil, hasText: [Bool]? = nil, labels: [Int32],
    ids: RowIDs? = nil, classNames: [String]
  ) throws {
    try self.init(
      visual: visual, text: text, hasText: hasText, labels: labels, ids: ids,
      classNames: classNames, origin: DataLocation(path: "rows in memory"))
  }

  init(
    visual: Matrix, text: Matrix?, hasText: [Bool]?, labels: [Int32], ids: RowIDs?,
    classNames: [String], origin: DataLocation, names: ColumnNames = ColumnNames()
  ) throws(DataError) {
    let check = PairedRowsCheck(origin: origin, names: names, rowCount: visual.rowCount)
    try check.shape(of: visual, named: names.visual)
    if let text { try check.shape(of: text, named: names.text) }
    if let hasText { try check.count(hasText.count, named: names.textMask) }
    try check.count(labels.count, named: names.labels)
    if let ids { try check.count(ids.count, named: names.id) }
    try check.classNames(classNames)
    try check.labels(labels, classCount: classNames.count)
    try FiniteCheck.require(visual.view, at: check.location(names.visual))

    let present =
      text == nil
      ? [Bool](repeating: false, count: visual.rowCount)
      : hasText ?? [Bool](repeating: true, count: visual.rowCount)
    var kept = text
    if var text, present.contains(false) {
      kept = nil
      let view = text.mutableView()
      for row in 0..<view.rowCount where !present[row] { view.rows(row..<row + 1).fill(0) }
      kept = text
    }
    if let kept { try FiniteCheck.require(kept.view, at: check.location(names.text)) }
    self.visual = visual
    self.text = kept
    self.hasText = present
    self.labels = labels
    self.ids = ids
    self.classNames = classNames
    self.origin = origin
    self.names = names
  }

  private init(selecting rows: [Int], of whole: PairedRows) {
    visual = whole.visual.rows(at: rows)
    text = whole.text?.rows(at: rows)
    hasText = rows.map { whole.hasText[$0] }
    labels = rows.map { whole.labels[$0] }
    ids = whole.ids?.rows(at: rows)
    tokens = whole.tokens?.rows(at: rows)
    classNames = whole.classNames
    origin = whole.origin
    names = whole.names
  }

  /// The rows at `indices`, in that order.
  public func rows(at indices: [Int]) -> PairedRows {
    PairedRows(selecting: indices, of: self)
  }
}
