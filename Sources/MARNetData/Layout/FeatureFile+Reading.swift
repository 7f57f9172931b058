// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension FeatureFile {
  /// The visual features of `rows`, `[rows.count, Dv]`.
  ///
  /// Only these rows are read: memory does not grow with the file.
  ///
  /// - Throws: `DataError` when they cannot be read or one is not finite.
  public func readVisual(_ split: Split, rows: Range<Int>) throws -> Matrix {
    let visual = try layout(of: split).visual.get()
    let tally = FiniteTally()
    let matrix = try visual.readMatrix(rows, threads: threads, visit: tally.add)
    try tally.requireNone(in: rows, of: matrix.view, at: visual.location)
    return matrix
  }

  /// The text features of `rows`, `[rows.count, Ds]`; zero where the mask says that a
  /// row has no text.
  ///
  /// - Throws: `DataError` when there is no text, or when it cannot be read or is not
  ///   finite where it should be there.
  public func readText(_ split: Split, rows: Range<Int>) throws -> Matrix {
    let layout = try layout(of: split)
    guard let text = try layout.text?.get() else {
      throw DataError.noText(layout.textLocation)
    }
    var matrix = try text.readMatrix(rows, threads: threads)
    let hasText = try layout.readTextMask(rows)
    let view = matrix.mutableView()
    for (row, present) in hasText.enumerated() where !present { view.rows(row..<row + 1).fill(0) }
    try FiniteCheck.require(view, at: text.location, firstRow: rows.lowerBound)
    return matrix
  }

  /// The class index of every row, -1 for unlabelled rows, `[N]`.
  ///
  /// - Parameter classNames: the classes to count in, such as those of a model; the
  ///   file's own when nil. Labels that are strings, and indices of a file that names
  ///   its classes, are matched by name; other indices are taken as they are.
  /// - Throws: `DataError` when labels are missing, out of range, or unknown names.
  public func labels(_ split: Split, classNames wanted: [String]? = nil) throws -> [Int32] {
    let layout = try layout(of: split)
    guard let labels = try layout.labels?.get() else { throw layout.missingLabels }
    let own = try wanted ?? classNames
    let rows = 0..<labels.rowCount
    if case .string = labels.type {
      return try ClassNames.indices(
        of: try labels.readStrings(rows), in: own, at: labels.location)
    }
    let values = try labels.readIntegers(rows)
    guard let wanted, namesClasses, try classNames != wanted else {
      return try ClassNames.indices(of: values, classCount: own.count, at: labels.location)
    }
    let names = try classNames
    let named = try ClassNames.indices(of: values, classCount: names.count, at: labels.location)
    return try ClassNames.indices(
      of: named.map { $0 < 0 ? "" : names[Int($0)] }, in: wanted, at: labels.location)
  }

  /// The identifiers of `rows`, all when nil; nil when the split has none.
  public func ids(_ split: Split, rows: Range<Int>? = nil) throws -> RowIDs? {
    guard let ids = try layout(of: split).ids?.get() else { return nil }
    let rows = rows ?? 0..<ids.rowCount
    if case .string = ids.type { return .strings(try ids.readStrings(rows)) }
    let values = try ids.readIntegers(rows)
    if case .integer(bytes: 8, signed: false, _, _) = ids.type,
      let row = values.firstIndex(of: Int64.max)
    {
      throw DataError.identifierTooLarge(ids.location, row: rows.lowerBound + row)
    }
    return .integers(values)
  }

  /// Whether each row has text, `[N]`: the mask; without one, all rows or none.
  public func textMask(_ split: Split) throws -> [Bool] {
    let layout = try layout(of: split)
    return try layout.readTextMask(0..<(try layout.visual.get().rowCount))
  }
}

extension SplitLayout {
  /// Whether each of `rows` has text.
  func readTextMask(_ rows: Range<Int>) throws(DataError) -> [Bool] {
    guard try text?.get() != nil else { return [Bool](repeating: false, count: rows.count) }
    guard let mask = try textMask?.get() else {
      return [Bool](repeating: true, count: rows.count)
    }
    return try mask.readIntegers(rows).map { $0 != 0 }
  }
}
