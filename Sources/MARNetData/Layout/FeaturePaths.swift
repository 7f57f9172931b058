// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The files that arguments name.
package enum FeaturePaths {
  /// `arguments` with patterns such as "parts/*.h5" replaced by the files that match, sorted.
  ///
  /// - Throws: `DataError` when a pattern matches nothing, or a file is named twice.
  package static func expand(_ arguments: [String]) throws(DataError) -> [String] {
    var paths: [String] = []
    for argument in arguments { paths += try expand(argument) }
    for (index, path) in paths.enumerated() {
      if let earlier = paths[..<index].first(where: { FileKind.isSame($0, path) }) {
        throw DataError.sameFileTwice(path: path, earlier: earlier)
      }
    }
    return paths
  }

  private static func expand(_ argument: String) throws(DataError) -> [String] {
    guard argument.contains(where: { "*?[".contains($0) }), FileKind(argument) == .missing else {
      return [argument]
    }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(argument, 0, nil, &found) == 0 else {
      throw DataError.noMatchingFile(pattern: argument)
    }
    // Sorted by bytes here: glob's own order is that of the locale.
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
