// SPDX-License-Identifier: Apache-2.0

/// What the datasets in the group of an item might be.
struct ItemGuess {
  private let given: LayoutOptions
  private let item: HDF5Group
  private let datasets: [DatasetGuess]

  init(_ item: HDF5Group, layout: LayoutOptions) {
    given = layout
    self.item = item
    let names = (try? item.names()) ?? []
    let keys = [layout.visualKey, layout.textKey, layout.labelKey].compactMap { $0 }
    datasets = (names + keys.filter { !names.contains($0) }).compactMap { name in
      (try? item.dataset(name)).map { DatasetGuess(name: name, dataset: $0, isItem: true) }
    }
  }

  /// The features: what a key names, else what its name says, else what else may be features.
  var visual: DatasetGuess? {
    if let key = given.visualKey { return datasets.first { $0.name == key && $0.canBe(.visual) } }
    return best(.visual, given: nil, canonical: ["visual", "features", "feature"], but: [])
      ?? datasets.first { $0.canBe(.visual) && $0.name != text?.name && $0.name != label?.name }
  }

  private var text: DatasetGuess? {
    best(.text, given: given.textKey, canonical: ["text"], but: [])
  }

  private var label: DatasetGuess? {
    best(.label, given: given.labelKey, canonical: ["label", "labels"], but: [])
  }

  /// The options that name them.
  var options: LayoutOptions {
    var options = given
    options.textJoin = nil
    func key(_ found: DatasetGuess?, _ canonical: [String]) -> String? {
      found.flatMap { canonical.contains($0.name) ? nil : $0.name }
    }
    options.visualKey = given.visualKey ?? key(visual, ["visual"])
    options.textKey = given.textKey ?? key(text, ["text"])
    options.labelKey =
      given.labelKey ?? key(label, ["label", "labels"]) ?? (label == nil ? labelAttribute : nil)
    if visual?.needsPooling == true { options.visualPool = given.visualPool ?? .mean }
    if text?.needsPooling == true { options.textPool = given.textPool ?? .mean }
    return options
  }

  private func best(
    _ role: DatasetGuess.Role, given: String?, canonical: [String], but taken: [String]
  ) -> DatasetGuess? {
    if let given { return datasets.first { $0.name == given } }
    if let named = datasets.first(where: { canonical.contains($0.name) && $0.canBe(role) }) {
      return named
    }
    return datasets.map { ($0, $0.votes(for: role)) }.filter { $0.1 > 0 }
      .max { ($0.1, $1.0.name) < ($1.1, $0.0.name) }?.0
  }

  /// An attribute that is called as labels are, where it is not the canonical name.
  private var labelAttribute: String? {
    let names = ["label", "labels", "class", "category", "target", "y"]
    let found = names.first { HDF5Attribute($0, of: item.handle.id) != nil }
    return found.flatMap { $0 == "label" || $0 == "labels" ? nil : $0 }
  }
}

extension DatasetGuess {
  /// Whether an item's features are several rows.
  fileprivate var needsPooling: Bool {
    dataset.shape?.count == 2 && dataset.shape?.first != 1
  }
}
