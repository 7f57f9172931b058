// SPDX-License-Identifier: Apache-2.0

/// Writes scores block by block; memory does not grow with the number of rows.
///
/// A file appears at its path only with `finish`; a writer that is discarded, that
/// failed, or that goes away unfinished leaves nothing behind. (What was written to
/// standard output or to a device cannot be taken back.)
public protocol ScoreWriter: AnyObject {
  /// Writes the next block.
  ///
  /// - Precondition: it follows the block before, and matches the columns.
  /// - Throws: `DataError` when it cannot be written; the file is gone then.
  func append(_ block: ScoreBlock) throws

  /// Completes the file and gives it its name.
  ///
  /// - Precondition: all rows were written.
  /// - Throws: `DataError` when that fails; the file is gone then.
  func finish() throws

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
    default:
      throw DataError.unknownScoreFormat(path: path)
    }
  }

  /// Begins a score file.
  ///
  /// - Parameter path: where it will be; "-" is standard output, not for HDF5.
  /// - Throws: `DataError` when nothing can be written there, or when the format
  ///   cannot hold the columns.
  public func writer(path: String, columns: ScoreColumns) throws -> any ScoreWriter {
    switch self {
    case .hdf5: try HDF5ScoreWriter(path: path, columns: columns)
    case .csv: try CSVScoreWriter(path: path, columns: columns)
    case .jsonLines: try JSONLinesScoreWriter(path: path, columns: columns)
    }
  }
}
