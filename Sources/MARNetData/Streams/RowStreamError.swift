// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with rows that come as a stream of bytes, as facts.
public enum RowStreamError: Error, Sendable, Equatable {
  /// There is no file at `path`.
  case notFound(path: String)
  /// The system refuses to read.
  case cannotRead(source: String, reason: String)
  /// Not a byte came, or not a row.
  case empty(source: String)
  /// Bytes that begin as something else than a .npy array.
  case notNumPy(source: String, found: String, remedy: String)
  /// A .npy array where raw values were announced.
  case numPyAsRaw(source: String)
  /// A header that `np.save` does not write.
  case damagedHeader(source: String, reason: String)
  /// An array that is no table of features.
  case unusableArray(source: String, found: String, needed: String, remedy: String)
  /// The end came after whole rows, but before the last one.
  case endedEarly(source: String, rows: Int, expected: Int)
  /// The end came within row `row`.
  case partialRow(source: String, row: Int, byteCount: Int, needed: Int)
  /// Bytes behind the last row.
  case tooLong(source: String, expected: Int)
}

extension RowStreamError: CustomStringConvertible {
  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path): no such file. Give the path of a .npy array, or - for standard input."
    case .cannotRead(let source, let reason):
      "\(source): cannot be read: \(reason). Pipe rows into it, or give the path of a .npy array."
    case .empty(let source):
      "\(source): holds no row; it needs one or more. Look at what the program that writes it says."
    case .notNumPy(let source, let found, let remedy):
      "\(source): begins as \(found), not as a .npy array. \(remedy)"
    case .numPyAsRaw(let source):
      "\(source): begins as a .npy array, not as raw values. Leave '--width' out: the array says it."
    case .damagedHeader(let source, let reason):
      "\(source): has a header that no .npy array has: \(reason). Write it again with np.save."
    case .unusableArray(let source, let found, let needed, let remedy):
      "\(source): \(found); it needs \(needed). \(remedy)"
    case .endedEarly(let source, let rows, let expected):
      "\(source): ended after \(counted(rows, "row")) of \(grouped(expected)). "
        + "Look at what the program that writes it says."
    case .partialRow(let source, let row, let byteCount, let needed):
      "\(source): ended within row \(grouped(row)), after \(grouped(byteCount)) of its "
        + "\(counted(needed, "byte")). Check width and type, or what the program that writes it says."
    case .tooLong(let source, let expected):
      "\(source): goes on after its \(counted(expected, "row")). Write all rows as one array, or as "
        + "raw values and give '--width' without '--rows'."
    }
  }

  /// The kind of this error.
  package var kind: DataErrorKind {
    switch self {
    case .notFound: .notFound
    case .cannotRead: .inputOutput
    default: .content
    }
  }
}
