// SPDX-License-Identifier: Apache-2.0

/// The kinds of data errors; a command-line tool gives each its exit status.
package enum DataErrorKind: Sendable {
  /// What the file holds cannot be used: shapes, labels, values, types.
  case content
  /// There is no such file.
  case notFound
  /// The output cannot be written.
  case cannotWrite
  /// The operating system or HDF5 failed.
  case inputOutput
  /// A parameter is out of range.
  case configuration
}

extension DataError {
  /// The kind of this error.
  package var kind: DataErrorKind {
    switch self {
    case .fileNotFound, .noMatchingFile, .missingLinkTarget: .notFound
    case .cannotWrite, .outputClosed, .unknownScoreFormat: .cannotWrite
    case .cannotRead, .hdf5, .fileLocked, .lockingUnsupported, .notClosed, .damagedChunk,
      .changedWhileRead:
      .inputOutput
    case .parameterOutOfRange: .configuration
    default: .content
    }
  }
}
