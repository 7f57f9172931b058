// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with manifests.
public enum ManifestError: Error, Sendable, Equatable {
  /// There is no such file.
  case notFound(path: String)
  /// The system does not read it, or it is too large.
  case unreadable(path: String, reason: String)
  /// It does not hold what a manifest holds.
  case invalid(path: String, reason: String)
  /// Features of which nothing can be written down.
  case nothingToDescribe(path: String, reason: String)
  /// Files that are not what a manifest says.
  case differs(paths: [String], manifests: [String], places: Int)
}

extension ManifestError: CustomStringConvertible {
  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path): no such manifest. Give one that 'marnet-plugin manifest' wrote, or one of "
        + "data-manifests/."
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason). Give a readable manifest."
    case .invalid(let path, let reason):
      "\(path): not a manifest of features (\(reason)). Write one with 'marnet-plugin manifest', "
        + "or see docs/manifests.md."
    case .nothingToDescribe(let path, let reason):
      "\(path): nothing in it can be described. \(reason)"
    case .differs(let paths, let manifests, let places):
      "\(paths.joined(separator: ", ")): not what \(manifests.joined(separator: ", ")) says, in "
        + "\(counted(places, "place")). Copy or extract the features again, or write a manifest of "
        + "them with 'marnet-plugin manifest'."
    }
  }

  /// The kind of this error.
  package var kind: DataErrorKind {
    switch self {
    case .notFound: .notFound
    case .unreadable: .inputOutput
    case .invalid, .nothingToDescribe, .differs: .content
    }
  }
}
