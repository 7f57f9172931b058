// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// The datasets of an HDF5 score file and where their rows lie.
///
/// Every dataset lies in one piece whose place is fixed at first, and HDF5 writes the structure
/// and string identifiers only: rows are written to their places without it, in any number of
/// runs, and the file's bytes are the same whatever happened in between.
struct HDF5ScoreLayout {
  /// A dataset of N rows.
  struct Column {
    let name: String
    let kind: Kind
    /// Values of a row; nil for one of shape [N].
    let width: Int?

    var rowBytes: Int { kind.byteCount * (width ?? 1) }
  }

  enum Kind {
    case float32, int32, int64, string

    /// Strings are references of 16 bytes in the file.
    var byteCount: Int { self == .float32 || self == .int32 ? 4 : self == .int64 ? 8 : 16 }
  }

  /// Where the rows of a column begin, in bytes from the file's beginning.
  typealias Places = [String: Int]

  let columns: [Column]
  private let content: ScoreColumns
  private let rowCount: Int

  /// - Precondition: the number of rows is known.
  init(_ content: ScoreColumns) {
    guard let rowCount = content.rowCount else {
      preconditionFailure("the datasets of an unknown number of rows")
    }
    self.rowCount = rowCount
    self.content = content
    var columns: [Column] = []
    if let k = content.topK {
      columns.append(Column(name: "top_k_index", kind: .int32, width: k))
      columns.append(Column(name: "top_k_probability", kind: .float32, width: k))
    } else {
      columns.append(
        Column(name: "probabilities", kind: .float32, width: content.classNames.count))
    }
    columns.append(Column(name: "prediction", kind: .int32, width: nil))
    if let kind = content.idKind {
      columns.append(Column(name: "id", kind: kind == .integers ? .int64 : .string, width: nil))
    }
    if let width = content.embeddingWidth {
      columns.append(Column(name: "embedding", kind: .float32, width: width))
    }
    if let width = content.reconstructionWidth {
      columns.append(Column(name: "reconstruction", kind: .float32, width: width))
    }
    self.columns = columns
  }

  /// Writes the structure of the file, not yet marked complete, to `path`, where nothing is.
  ///
  /// - Parameter shownPath: stands in errors.
  func create(at path: String, shownAs shownPath: String) throws -> HDF5ScoreStructure {
    let file = try HDF5File(creating: path, shownAs: shownPath)
    let root = try file.root()
    try root.makeMark(ScoreAttribute.complete, 0)
    for (name, value) in content.attributes.sorted(by: { $0.key < $1.key }) {
      try root.setAttribute(name, value)
    }
    try root.makeStrings("class_names", content.classNames)
    var identifiers: HDF5Dataset?
    var places: Places = [:]
    for column in columns {
      let dataset = try root.makeDataset(
        column.name, type: column.kind.type, shape: shape(of: column),
        storage: NewDatasetStorage(isPlacedAtOnce: true))
      if column.kind == .string { identifiers = dataset }
      places[column.name] = try place(of: column, in: dataset, byteCount: .max, shownAs: shownPath)
    }
    // A process that is killed leaves a file that says it is not complete.
    try file.flush()
    return HDF5ScoreStructure(file: file, identifiers: identifiers, places: places)
  }

  /// Where the rows lie in the file at `path`.
  ///
  /// - Throws: `ScoreFileError.notScores` unless all datasets are there, of the right shape and
  ///   type, in one piece within the file.
  func places(in path: String, shownAs shownPath: String) throws -> Places {
    let root = try HDF5File(reading: path).root()
    let byteCount = FileKind.byteCount(path)
    var places: Places = [:]
    for column in columns {
      guard let dataset = try root.dataset(column.name) else {
        throw Self.refusal(of: column, shownPath, "is missing")
      }
      // Rows are read from this file, whatever a link says.
      guard dataset.location.path == path else {
        throw Self.refusal(of: column, shownPath, "lies in another file")
      }
      places[column.name] = try place(
        of: column, in: dataset, byteCount: byteCount, shownAs: shownPath)
    }
    return places
  }

  /// nil: there is no row.
  private func place(
    of column: Column, in dataset: HDF5Dataset, byteCount: Int, shownAs shownPath: String
  ) throws -> Int? {
    func refuse(_ reason: String) -> ScoreFileError {
      Self.refusal(of: column, shownPath, reason)
    }
    let shape = shape(of: column)
    guard dataset.shape == shape else {
      throw refuse("has \(shown(dataset.shape)) but needs \(shown(shape))")
    }
    guard dataset.type == column.kind.stored else {
      throw refuse("holds \(dataset.type.name) values but needs \(column.kind.stored.name)")
    }
    guard rowCount > 0 else { return nil }
    let offset = HDF5Library.synchronized { H5Dget_offset(dataset.handle.id) }
    let (bytes, overflow) = column.rowBytes.multipliedReportingOverflow(by: rowCount)
    guard dataset.storage.chunkShape == nil, dataset.storage.filters.isEmpty, !overflow,
      bytes <= byteCount, offset != UInt64.max, Int(clamping: offset) <= byteCount - bytes
    else { throw refuse("does not lie in one piece within the file") }
    return Int(offset)
  }

  private static func refusal(
    of column: Column, _ path: String, _ reason: String
  ) -> ScoreFileError {
    .notScores(path: path, reason: "dataset '\(column.name)' \(reason)")
  }

  private func shape(of column: Column) -> [Int] {
    [rowCount] + (column.width.map { [$0] } ?? [])
  }

  /// Marks the file at `path` complete.
  func complete(_ path: String, shownAs shownPath: String) throws {
    try mark(path, shownAs: shownPath)
    try HDF5File.requireClosed(path, shownAs: shownPath)
  }

  /// The file is closed at the end.
  private func mark(_ path: String, shownAs shownPath: String) throws {
    let file = try HDF5File(updating: path, shownAs: shownPath)
    try file.root().changeMark(ScoreAttribute.complete, to: 1)
    try file.flush()
  }
}

extension HDF5ScoreLayout.Kind {
  /// The type in which it is written.
  fileprivate var type: HDF5Handle {
    switch self {
    case .float32: .float(.float32)
    case .int32: .int32()
    case .int64: .int64()
    case .string: .string()
    }
  }

  /// The type as it is read.
  fileprivate var stored: StoredType {
    switch self {
    case .float32: .float(.float32, bigEndian: false)
    case .int32: .integer(bytes: 4, signed: true, bigEndian: false, kind: .number)
    case .int64: .integer(bytes: 8, signed: true, bigEndian: false, kind: .number)
    case .string: .string(length: nil, padding: .zero)
    }
  }
}
