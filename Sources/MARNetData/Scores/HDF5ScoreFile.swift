// SPDX-License-Identifier: Apache-2.0

/// A complete HDF5 score file, maybe of a stranger: what it claims is checked before memory is
/// taken for it.
struct HDF5ScoreFile {
  let path: String
  /// What the file holds, as it says itself.
  private(set) var columns: ScoreColumns
  /// Its rows in their split, and all rows of the split.
  let rows: Range<Int>
  let totalRows: Int
  /// Where the rows of each dataset lie.
  let places: HDF5ScoreLayout.Places

  /// Far above any number of classes.
  private static let mostClasses = 1 << 22

  /// - Throws: `ScoreFileError.unfinished`, `ScoreFileError.notScores`, `DataError` where it
  ///   cannot be opened.
  init(path: String) throws {
    self.path = path
    let root = try HDF5File(reading: path).root()
    var attributes = try root.attributes()
    func refuse(_ reason: String) -> ScoreFileError { .notScores(path: path, reason: reason) }
    func integer(_ name: String) throws -> Int {
      guard case .integer(let value)? = attributes[name] else {
        throw refuse("it has no attribute '\(name)'")
      }
      return value
    }
    switch try integer(ScoreAttribute.complete) {
    case 1: break
    case 0: throw ScoreFileError.unfinished(path: path)
    default: throw refuse("its attribute 'complete' is neither 0 nor 1")
    }
    attributes[ScoreAttribute.complete] = nil
    let rowCount = try integer(ScoreAttribute.rowCount)
    let firstRow = try integer(ScoreAttribute.firstRow)
    totalRows = try integer(ScoreAttribute.totalRows)
    guard rowCount > 0, firstRow >= 0, rowCount <= totalRows, firstRow <= totalRows - rowCount
    else {
      throw refuse("its attributes claim \(rowCount) rows from \(firstRow) on of \(totalRows)")
    }
    rows = firstRow..<firstRow + rowCount
    func shape(_ name: String) throws -> [Int]? { try root.dataset(name)?.shape }
    func width(_ name: String) throws -> Int? {
      guard let shape = try shape(name) else { return nil }
      guard shape.count == 2, shape[1] > 0 else {
        throw refuse("dataset '\(name)' has \(shown(shape))")
      }
      return shape[1]
    }
    columns = ScoreColumns(
      rowCount: rowCount, classNames: try Self.classNames(root, path: path),
      topK: try width("top_k_index"), idKind: try Self.idKind(root, path: path),
      embeddingWidth: try width("embedding"), reconstructionWidth: try width("reconstruction"),
      attributes: attributes)
    places = try HDF5ScoreLayout(columns).places(in: path, shownAs: path)
  }

  /// The same with the class names, which are equal, in the memory of those of `other`.
  func sharingNames(of other: HDF5ScoreFile) -> HDF5ScoreFile {
    var result = self
    result.columns.classNames = other.columns.classNames
    return result
  }

  private static func classNames(_ root: HDF5Group, path: String) throws -> [String] {
    guard let dataset = try root.dataset("class_names"), let shape = dataset.shape,
      shape.count == 1, (1...mostClasses).contains(shape[0]), case .string = dataset.type,
      // References of 16 bytes each that are really in the file.
      dataset.storage.chunkShape == nil, shape[0] <= FileKind.byteCount(path) / 16
    else { throw ScoreFileError.notScores(path: path, reason: "it has no 'class_names'") }
    return try dataset.readStrings(0..<shape[0])
  }

  private static func idKind(_ root: HDF5Group, path: String) throws -> RowIDs.Kind? {
    switch try root.dataset("id")?.type {
    case .string?: return .strings
    case .integer?: return .integers
    case nil: return nil
    case .some(let type):
      throw ScoreFileError.notScores(
        path: path, reason: "dataset 'id' holds \(type.name) values")
    }
  }
}
