// SPDX-License-Identifier: Apache-2.0

/// Writes scores block by block; memory does not grow with the number of rows.
///
/// A file appears at its path only with `finish`; a writer that is discarded or that goes away
/// unfinished leaves nothing behind. (What was written to standard output or to a device
/// cannot be taken back.)
package protocol ScoreWriter: AnyObject {
  /// The row that the next block begins with; more than 0 at first where an earlier run came
  /// so far.
  var nextRow: Int { get }

  /// Writes the next block.
  ///
  /// - Precondition: it follows the block before, and matches the columns.
  /// - Throws: `DataError` when it cannot be written; only `keep` and `discard` may follow.
  func append(_ block: ScoreBlock) throws

  /// Completes the file and gives it its name.
  ///
  /// - Precondition: all rows were written.
  /// - Throws: `DataError` when that fails; only `keep` and `discard` may follow.
  func finish() throws

  /// Stops here; hidden beside the output stays what a later run can go on with.
  ///
  /// - Returns: the rows kept, 0 where nothing is.
  func keep() -> Int

  /// Gives up and removes what was written.
  func discard()
}

/// The formats of score files.
public enum ScoreFormat: String, Sendable, CaseIterable {
  /// HDF5: `.h5`, `.hdf5`.
  case hdf5
  /// Comma-separated values with a header (RFC 4180): `.csv`.
  case csv
  /// One JSON object a row: `.jsonl`.
  case jsonLines = "jsonl"
  /// The probabilities as one NumPy array: `.npy`.
  case numPy = "npy"

  /// The format that the extension of `path` names; CSV for "-", standard output.
  ///
  /// - Throws: `DataError` for any other extension.
  public init(path: String) throws {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.split(separator: ".")
    switch path == "-" ? "csv" : parts.count > 1 ? parts.last?.lowercased() : nil {
    case "h5", "hdf5": self = .hdf5
    case "csv": self = .csv
    case "jsonl": self = .jsonLines
    case "npy": self = .numPy
    default:
      throw DataError.unknownScoreFormat(path: path)
    }
  }

  /// Gives string identifiers of rows, on another thread.
  package typealias StringIDs = @Sendable (_ rows: Range<Int>) throws -> [String]

  /// Begins a score file, which will replace what is at `path`.
  ///
  /// - Parameters:
  ///   - path: where it will be; "-" is standard output, not for HDF5.
  ///   - stringIDs: the identifiers of HDF5 files whose columns say `.strings`, which are written
  ///     beside the rows; the blocks of such files hold none.
  /// - Throws: `DataError` when nothing can be written there, or when the format
  ///   cannot hold the columns; `ScoreFileError.rowCountUnknown`.
  package func writer(
    path: String, columns: ScoreColumns, stringIDs: StringIDs? = nil
  ) throws -> any ScoreWriter {
    if ScoreTarget.isStream(path) {
      return try writer(to: .stream(path), columns: columns, stringIDs: stringIDs)
    }
    let progress = ScoreProgress(
      of: try ResumableFile(path: path), start: nil, facts: columns.facts(in: self),
      rowCount: columns.rowCount)
    return try writer(to: .file(progress), columns: columns, stringIDs: stringIDs)
  }

  func writer(
    to target: ScoreTarget, columns: ScoreColumns, stringIDs: StringIDs?
  ) throws -> any ScoreWriter {
    switch self {
    case .hdf5: try HDF5ScoreWriter(to: target, columns: columns, stringIDs: stringIDs)
    case .csv: try CSVScoreWriter(to: target, columns: columns)
    case .jsonLines: try JSONLinesScoreWriter(to: target, columns: columns)
    case .numPy: try NumPyScoreWriter(to: target, columns: columns)
    }
  }
}
