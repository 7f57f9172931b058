// SPDX-License-Identifier: Apache-2.0

/// The name in `names` that `wanted` was most likely meant to be, if any is close.
package func nearestName(to wanted: String, in names: [String]) -> String? {
  // Names of a stranger's file may be long and many: comparing takes time by the product of
  // their lengths.
  let (longest, most) = (128, 32_768)
  guard wanted.utf8.count <= longest else { return nil }
  let wantedKey = Array(wanted.lowercased())
  let scored = names.prefix(most).filter { $0.utf8.count <= longest }.map {
    name -> (name: String, distance: Int) in
    let key = Array(name.lowercased())
    let contained =
      key.count > 2 && wantedKey.count > 2
      && (name.lowercased().hasPrefix(wanted.lowercased())
        || wanted.lowercased().hasPrefix(name.lowercased()))
    return (name, contained ? 1 : editDistance(key, wantedKey))
  }
  guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else {
    return nil
  }
  return best.distance <= max(1, wanted.count / 3) ? best.name : nil
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeThat: [Int] = []
  var previous = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var current = [i + 1]
    for (j, right) in b.enumerated() {
      var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left == right ? 0 : 1))
      if i > 0 && j > 0 && left == b[j - 1] && a[i - 1] == right {
        best = min(best, beforeThat[j - 1] + 1)
      }
      current.append(best)
    }
    (beforeThat, previous) = (previous, current)
  }
  return previous[b.count]
}
