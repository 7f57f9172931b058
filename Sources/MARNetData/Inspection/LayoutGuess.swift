// SPDX-License-Identifier: Apache-2.0

/// Looks for a layout in which a file that is not understood could be read.
struct LayoutGuess {
  let file: HDF5File
  /// What is kept of what the user said already.
  let given: LayoutOptions

  /// Layouts to try, the likeliest first.
  func candidates() throws(DataError) -> [LayoutOptions] {
    let root = try file.root()
    var bases: [(name: String?, group: HDF5Group)] = []
    if let name = given.group {
      if let group = try root.group(name) { bases.append((name, group)) }
    } else {
      bases.append((nil, root))
      for name in try root.names() {
        if Split(named: name) == nil, let group = try? root.group(name) {
          bases.append((name, group))
        }
      }
    }
    var candidates: [LayoutOptions] = []
    // What lies side by side comes first: beside it lies what divides the rows.
    for (depth, name, base) in (0...1).flatMap({ depth in bases.map { (depth, $0, $1) } }) {
      let splits = try base.names().filter { Split(named: $0) != nil }
      let place = splits.contains("train") ? "train" : splits.first
      var group = base
      if let place, let own = try? base.group(place) { group = own }
      for var candidate in try layouts(of: group, depth: depth, isFlat: place == nil) {
        candidate.group = name
        candidates.append(candidate)
      }
    }
    return candidates.filter { $0 != given }
  }

  private func layouts(
    of group: HDF5Group, depth: Int, isFlat: Bool
  ) throws(DataError) -> [LayoutOptions] {
    var rest = try datasets(in: group, depth: depth)
    var layout = given
    func take(_ role: DatasetGuess.Role, _ key: String?, canonical: [String]) -> DatasetGuess? {
      let named = rest.firstIndex { $0.name == key || canonical.contains($0.name) }
      let voted = rest.indices.map { ($0, rest[$0].votes(for: role)) }.filter { $0.1 > 0 }
      // Of equal votes the first stands: names are sorted.
      let best = voted.max { ($0.1, $1.0) < ($1.1, $0.0) }?.0
      return (named ?? best).map { rest.remove(at: $0) }
    }
    var split = isFlat ? take(.split, given.splitKey, canonical: ["split"]) : nil
    if isFlat, split == nil, let place = rest.firstIndex(where: { $0.holdsSplits }) {
      split = rest.remove(at: place)
    }
    let label = take(.label, given.labelKey, canonical: ["label", "labels"])
    // With text in other files its key is theirs.
    let text =
      given.textJoin == nil ? take(.text, given.textKey, canonical: ["text"]) : nil
    var visual = take(.visual, given.visualKey, canonical: ["visual"])
    let id = take(.id, given.idKey, canonical: ["id"])
    let features = rest.filter { $0.canBe(.visual) }
    if visual == nil && features.count == 1 { visual = features[0] }
    guard let visual else { return [] }
    layout.visualKey = key(visual.name, unless: ["visual"])
    if given.textJoin == nil { layout.textKey = text.flatMap { key($0.name, unless: ["text"]) } }
    layout.labelKey = label.flatMap { key($0.name, unless: ["label", "labels"]) }
    layout.idKey = id.flatMap { key($0.name, unless: ["id"]) }
    if visual.dataset.shape?.count == 3 { layout.visualPool = given.visualPool ?? .mean }
    if text?.dataset.shape?.count == 3 { layout.textPool = given.textPool ?? .mean }
    guard let split, let splitKey = key(split.name, unless: ["split"]) else { return [layout] }
    // What is called so need not hold splits.
    var divided = layout
    divided.splitKey = splitKey
    return [divided, layout]
  }

  private func key(_ name: String, unless canonical: [String]) -> String? {
    canonical.contains(name) ? nil : name
  }

  /// The datasets of a group and, at depth 1, of the groups in it.
  private func datasets(in group: HDF5Group, depth: Int) throws(DataError) -> [DatasetGuess] {
    var found: [DatasetGuess] = []
    for name in try group.names() where name != "class_names" {
      if let dataset = try? group.dataset(name) {
        found.append(DatasetGuess(name: name, dataset: dataset))
      } else if depth > 0, let inner = try? group.group(name) {
        for deeper in try inner.names() {
          guard let dataset = try? inner.dataset(deeper) else { continue }
          found.append(DatasetGuess(name: "\(name)/\(deeper)", dataset: dataset))
        }
      }
    }
    return found.filter { !TokenLayout.names.contains($0.name) && $0.name != "text_mask" }
  }
}

extension FeatureFile {
  /// A layout in which the training rows can be read, where they cannot be in this one.
  func proposal() -> LayoutProposal? {
    for file in files {
      guard let candidates = try? LayoutGuess(file: file.file, given: layout).candidates() else {
        continue
      }
      for candidate in candidates {
        guard let other = try? FeatureFile(paths: paths, layout: candidate, threads: threads),
          (try? other.description(of: .train))?.textWidth != nil, (try? other.labels(.train)) != nil
        else { continue }
        return LayoutProposal(
          options: candidate, command: "marnet-plugin fit " + candidate.arguments(for: paths))
      }
    }
    return nil
  }
}
