// SPDX-License-Identifier: Apache-2.0

/// A column of a split: rows of one dataset, or of several one after the other; where rows are
/// found by identifier, in any order.
struct Column: Sendable {
  private(set) var parts: [ColumnPart]
  /// The first row of each part, and the number of rows.
  private var starts: [Int]
  /// Rows of features that are NaN throughout stand for rows without them.
  var nanMarksAbsence = false
  /// Of rows found by identifier: where each lies in `stored`; nil where the rows are those of
  /// the parts, in their order.
  private(set) var sources: RowSources?

  var rowCount: Int { sources?.rows.count ?? storedCount }
  /// Rows of all parts.
  private var storedCount: Int { starts[parts.count] }
  /// Values in a row of the first part; all have as many, which whoever joins them checks.
  var rowWidth: Int { parts[0].rowWidth }
  /// Where the first part lies, which stands for the whole where no row is meant.
  var location: DataLocation { parts[0].dataset.location }
  var featureType: FeatureType { parts[0].dataset.featureType }

  /// The type that holds every value exactly in memory.
  var typeInMemory: FeatureType {
    let types = Set(parts.map { $0.dataset.featureType.inMemory })
    // Pooled values are no longer those that are stored.
    guard types.count == 1, parts.allSatisfy({ $0.pooledShape == nil }) else { return .float32 }
    return types.first ?? .float32
  }

  /// Rows of the tallest chunk; 1 where none is chunked.
  var chunkRows: Int {
    // Rows found by identifier that lie side by side here share no chunk there.
    guard sources == nil else { return 1 }
    return parts.map { $0.dataset.storage.chunkShape?.first ?? 1 }.max() ?? 1
  }

  /// The rows of the parts, in their order.
  var stored: Column {
    var column = self
    column.sources = nil
    return column
  }

  /// The rows that `sources` finds among these.
  func found(by sources: RowSources) -> Column {
    var column = self
    column.sources = sources
    return column
  }

  /// - Precondition: one part or more.
  init(_ parts: [ColumnPart]) {
    precondition(!parts.isEmpty, "a column needs a dataset")
    self.parts = parts
    starts = parts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.selection.count) }
  }

  /// The rows of `columns`, one after the other.
  init(joining columns: [Column]) {
    self.init(columns.flatMap(\.parts))
    nanMarksAbsence = columns[0].nanMarksAbsence
  }

  /// The rows at `rows`, ascending, alone.
  func keeping(_ rows: [Int]) -> Column {
    if let sources { return found(by: RowSources(rows: rows.map { sources.rows[$0] })) }
    var kept: [ColumnPart] = []
    var next = 0
    for (index, part) in parts.enumerated() {
      let first = next
      while next < rows.count && rows[next] < starts[index + 1] { next += 1 }
      var part = part
      part.selection = part.selection.keeping(rows[first..<next].map { $0 - starts[index] })
      kept.append(part)
    }
    var column = Column(kept)
    column.nanMarksAbsence = nanMarksAbsence
    return column
  }

  /// The dataset in which a row of the column lies, and its number there.
  func place(of row: Int) -> (location: DataLocation, row: Int) {
    if let source = sources?.rows[row] { return stored.place(of: max(0, source)) }
    let index = starts.lastIndex { $0 <= row && $0 < storedCount } ?? 0
    return (parts[index].dataset.location, parts[index].selection[row - starts[index]])
  }

  /// The stretches of `rows` that lie in one part each: positions in the part, and the first
  /// row of the column that they are.
  func stretches(
    of rows: Range<Int>
  ) -> [(part: ColumnPart, positions: Range<Int>, firstRow: Int)] {
    precondition(
      sources == nil && rows.lowerBound >= 0 && rows.upperBound <= rowCount,
      "rows \(rows) of a column of \(rowCount) rows")
    return parts.indices.compactMap { index in
      let shared = rows.clamped(to: starts[index]..<starts[index + 1])
      guard !shared.isEmpty else { return nil }
      let positions = shared.lowerBound - starts[index]..<shared.upperBound - starts[index]
      return (parts[index], positions, shared.lowerBound)
    }
  }

  /// At most `rows` rows that end where a chunk does, so that blocks of that many rows, read
  /// one after the other, share no chunk; `rows` itself where a chunk has more.
  func wholeChunks(of rows: Int) -> Int {
    let chunkRows = chunkRows
    return chunkRows <= rows ? rows / chunkRows * chunkRows : rows
  }
}
