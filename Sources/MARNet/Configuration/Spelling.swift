// SPDX-License-Identifier: Apache-2.0

/// Suggestions for misspelt names.
enum Spelling {
  /// The candidate with the smallest edit distance, if it is small against the length.
  static func nearest(to name: String, in candidates: [String]) -> String? {
    let ranked = candidates.map { ($0, distance(name, $0)) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }
    guard let (candidate, edits) = ranked, edits <= max(2, name.count / 3) else { return nil }
    return candidate
  }

  /// Levenshtein distance.
  private static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.lowercased()), Array(right.lowercased()))
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var current = [i + 1]
      for (j, y) in b.enumerated() {
        current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + (x == y ? 0 : 1)))
      }
      previous = current
    }
    return previous[b.count]
  }
}
