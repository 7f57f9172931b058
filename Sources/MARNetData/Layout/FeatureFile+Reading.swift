// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension FeatureFile {
  /// The visual features of `rows`, `[rows.count, Dv]`.
  ///
  /// Only these rows are read: memory does not grow with the file.
  ///
  /// - Throws: `DataError` when they cannot be read or one is not finite.
  public func readVisual(_ split: Split, rows: Range<Int>) throws -> Matrix {
    let width = try layout(of: split).visual.get().rowWidth
    return try Matrix(rowCount: rows.count, columnCount: width) {
      try readVisual(split, rows: rows, into: $0)
    }
  }

  /// The same into `target`, `[rows.count, Dv]`.
  func readVisual(_ split: Split, rows: Range<Int>, into target: MatrixView) throws {
    let visual = try layout(of: split).visual.get()
    let tally = FiniteTally()
    try ColumnReader(column: visual, threads: threads).read(rows, into: target, visit: tally.add)
    try tally.requireNone(in: rows, of: target, column: visual)
  }

  /// The text features of `rows`, `[rows.count, Ds]`; zero where a row has no text.
  ///
  /// - Throws: `DataError` when there is no text, or when it cannot be read or is not
  ///   finite where it should be there.
  public func readText(_ split: Split, rows: Range<Int>) throws -> Matrix {
    let layout = try layout(of: split)
    guard let text = try layout.text?.get() else {
      throw DataError.noText(layout.textLocation)
    }
    return try Matrix(rowCount: rows.count, columnCount: text.rowWidth) {
      try readText(split, rows: rows, into: $0)
    }
  }

  /// The same into `target`, `[rows.count, Ds]`.
  func readText(_ split: Split, rows: Range<Int>, into view: MatrixView) throws {
    let layout = try layout(of: split)
    guard let text = try layout.text?.get() else {
      throw DataError.noText(layout.textLocation)
    }
    try ColumnReader(column: text, threads: threads).read(rows, into: view)
    if let hasText = try layout.textMask?.get().read(rows) {
      for (row, present) in hasText.enumerated() where !present { view.rows(row..<row + 1).fill(0) }
    }
    try FiniteCheck.require(view, column: text, firstRow: rows.lowerBound)
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
    var result: [Int32] = []
    for part in try labels.read() {
      switch part.values {
      case .names(let names):
        result += try ClassNames.indices(
          of: names, in: own, at: part.location, rows: part.selection)
      case .indices(let values):
        result += try indices(of: values, part, in: own, named: wanted != nil)
      }
    }
    return result
  }

  private func indices(
    of values: [Int64], _ part: LabelColumn.Part, in own: [String], named: Bool
  ) throws -> [Int32] {
    guard named, namesClasses, try classNames != own else {
      return try ClassNames.indices(
        of: values, classCount: own.count, at: part.location, rows: part.selection)
    }
    let names = try classNames
    let known = try ClassNames.indices(
      of: values, classCount: names.count, at: part.location, rows: part.selection)
    return try ClassNames.indices(
      of: known.map { $0 < 0 ? "" : names[Int($0)] }, in: own, at: part.location,
      rows: part.selection)
  }

  /// The identifiers of `rows`, all when nil; nil when the split has none.
  public func ids(_ split: Split, rows: Range<Int>? = nil) throws -> RowIDs? {
    guard let ids = try layout(of: split).ids?.get() else { return nil }
    return try ids.readIdentifiers(rows ?? 0..<ids.rowCount)
  }

  /// Whether each row has text, `[N]`: by the mask, by what was found in other files and, where
  /// the layout says so, by text that is NaN throughout, for which all text is read once; else
  /// all rows or none.
  public func textMask(_ split: Split) throws -> [Bool] {
    let layout = try layout(of: split)
    return try hasText(layout, rowCount: try layout.visual.get().rowCount)
  }

  /// Whether each row of the split has text.
  func hasText(_ layout: SplitLayout, rowCount: Int) throws(DataError) -> [Bool] {
    guard let text = try layout.text?.get() else {
      return [Bool](repeating: false, count: rowCount)
    }
    var marked =
      try layout.textMask?.get().read(0..<rowCount) ?? [Bool](repeating: true, count: rowCount)
    if let sources = text.sources { marked = zip(marked, sources.rows).map { $0 && $1 >= 0 } }
    guard text.nanMarksAbsence else { return marked }
    let present = try textPresence.presence(of: layout.split) { () throws(DataError) in
      try text.presentRows(threads: threads)
    }
    return zip(marked, present).map { $0 && $1 }
  }
}

extension Column {
  /// Whether each row is there, where rows that are NaN throughout are not.
  fileprivate func presentRows(threads: Int) throws(DataError) -> [Bool] {
    let blockRows = max(1, wholeChunks(of: 8_192))
    var isAbsent = [Bool](repeating: false, count: rowCount)
    let block = Matrix(rowCount: min(blockRows, rowCount), columnCount: rowWidth) { _ in }
    defer { withExtendedLifetime(block) {} }
    let reader = ColumnReader(column: self, threads: threads)
    try isAbsent.withUnsafeMutableBufferPointer { (absent) throws(DataError) in
      guard let base = absent.baseAddress else { return }
      for start in stride(from: 0, to: rowCount, by: blockRows) {
        let rows = start..<min(start + blockRows, rowCount)
        try reader.read(rows, into: block.view.rows(0..<rows.count), isAbsent: base + start)
      }
    }
    return isAbsent.map { !$0 }
  }
}
