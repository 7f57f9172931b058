// SPDX-License-Identifier: Apache-2.0

/// Where scores go.
enum ScoreTarget {
  /// "-", standard output, or a device or pipe: what is out is out.
  case stream(String)
  /// A file, from its beginning or from where an earlier run came to.
  case file(ScoreProgress)

  /// The path as given.
  var path: String {
    switch self {
    case .stream(let path): path
    case .file(let progress): progress.file.path
    }
  }

  /// What stands in errors.
  var shownPath: String { path == "-" ? "standard output" : path }

  /// Whether `path` names no file.
  static func isStream(_ path: String) -> Bool { path == "-" || FileKind(path) == .other }
}
