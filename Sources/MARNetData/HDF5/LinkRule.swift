// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Which other files a feature file may point to: those in its own folder or below.
///
/// What is read must not depend on, or reveal, what else lies on the machine, unless its
/// owner says so.
struct LinkRule: Sendable {
  /// Resolved folders in or below which targets may lie; nil: anywhere.
  private let folders: [String]?
  /// Virtual datasets between the one that was asked for and this.
  private var depth = 0

  /// Virtual datasets may take values from virtual datasets, this deep: one that takes them
  /// from itself has no end.
  static let mostNested = 3

  /// The rule for the sources of a virtual dataset; nil where they lie too deep.
  var nested: LinkRule? {
    var rule = self
    rule.depth += 1
    return rule.depth > Self.mostNested ? nil : rule
  }

  /// The rule for the file at `path`, whose folder is where it is named and, where that is
  /// a symbolic link, where it lies.
  init(for path: String, allowsAny: Bool = false) {
    guard !allowsAny else {
      folders = nil
      return
    }
    let places = [Self.resolved(Self.folder(of: path)), Self.resolved(path).map(Self.folder)]
    folders = places.compactMap { $0 }
  }

  /// The path of the file `target` that `kind` at `location` names, relative to the folder of
  /// the file that names it.
  ///
  /// - Throws: `DataError` when it lies outside, or is not there.
  func path(
    of target: String, namedBy kind: String, at location: DataLocation
  ) throws(DataError) -> String {
    let path =
      target.hasPrefix("/") ? target : Self.joined(Self.folder(of: location.path), target)
    let real = Self.resolved(path)
    let isInside = folders?.contains { folder in
      (real ?? Self.normalized(path)).hasPrefix(folder == "/" ? "/" : folder + "/")
    }
    if isInside == false {
      throw DataError.linkOutsideFolder(location, kind: kind, target: target)
    }
    if real == nil {
      throw DataError.missingLinkTarget(location, kind: kind, target: target)
    }
    return path
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder == "." ? name : folder == "/" ? "/\(name)" : "\(folder)/\(name)"
  }

  /// The path without symbolic links and "..", nil when nothing is there.
  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  /// Where a file that is not there would lie, as far as its folders are.
  private static func normalized(_ path: String) -> String {
    var missing: [Substring] = []
    var known = path
    while resolved(known) == nil, known != ".", known != "/" {
      missing.insert(known.split(separator: "/").last ?? "", at: 0)
      known = folder(of: known)
    }
    var parts = (resolved(known) ?? "/").split(separator: "/")
    for part in missing where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
