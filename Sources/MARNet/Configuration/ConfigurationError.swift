// SPDX-License-Identifier: Apache-2.0

/// A configuration that cannot be used.
public enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A value outside its range.
  case outOfRange(key: String, found: String, needed: String, remedy: String)
  /// A key no configuration has.
  case unknownKey(key: String, nearest: String?)
  /// Text that is not a JSON object.
  case notJSON(path: String, reason: String)
  /// A value of another type than its key needs.
  case wrongType(key: String, reason: String)
  /// Values that exclude each other.
  case incompatible(reason: String, remedy: String)

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .outOfRange(let key, let found, let needed, let remedy):
      return "configuration: '\(key)' is \(found) but must be \(needed). \(remedy)"
    case .unknownKey(let key, let nearest):
      let hint = nearest.map { "Did you mean '\($0)'?" } ?? "See docs/configuration.md."
      return "configuration: there is no key '\(key)'. \(hint)"
    case .notJSON(let path, let reason):
      return "\(path): not a configuration in JSON (\(reason)). "
        + "Start from the 'config.json' of a model."
    case .wrongType(let key, let reason):
      return "configuration: the value of '\(key)' cannot be read (\(reason)). "
        + "See docs/configuration.md for its type."
    case .incompatible(let reason, let remedy):
      return "configuration: \(reason). \(remedy)"
    }
  }
}
