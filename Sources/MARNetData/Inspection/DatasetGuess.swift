// SPDX-License-Identifier: Apache-2.0

/// What a dataset might be, by its shape, its type and the words of its name.
struct DatasetGuess {
  /// What a dataset may be used as.
  enum Role: CaseIterable { case visual, text, label, id, split }

  /// The name below the group that was searched.
  let name: String
  let dataset: HDF5Dataset
  /// Whether it belongs to one item: it lacks the dimension of rows.
  var isItem = false

  private static let words: [Role: Set<String>] = [
    .visual: [
      "visual", "vision", "image", "images", "img", "imgs", "picture", "pictures", "photo",
      "pixel", "vit", "dino", "dinov2", "resnet", "x",
    ],
    .text: [
      "text", "texts", "txt", "caption", "captions", "sentence", "sentences", "description",
      "descriptions", "recipe", "title", "language", "bert", "sbert", "word", "words",
    ],
    .label: [
      "label", "labels", "target", "targets", "y", "class", "classes", "category", "categories",
      "cls", "gt", "onehot",
    ],
    .id: [
      "id", "ids", "uuid", "key", "keys", "name", "names", "filename", "filenames", "path", "paths",
    ],
    .split: ["split", "splits", "set", "fold", "subset", "partition", "phase"],
  ]

  /// Words of the name that speak for `role`; those of the last component come first.
  func votes(for role: Role) -> Int {
    guard canBe(role), let known = Self.words[role] else { return 0 }
    let components = name.lowercased().split(separator: "/").map { component in
      component.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
    let last = components.last ?? []
    return 2 * last.count(where: known.contains)
      + components.dropLast().joined().count(where: known.contains)
  }

  /// Whether shape and type allow `role`.
  func canBe(_ role: Role) -> Bool {
    let rank = (dataset.shape?.count ?? 0) + (isItem ? 1 : 0)
    switch (role, dataset.type) {
    case (.visual, .float), (.text, .float): return rank == 2 || rank == 3
    case (.label, .integer), (.label, .float): return rank == 1 || rank == 2
    case (.label, .string), (.id, .string), (.id, .integer): return rank == 1
    case (.split, .string), (.split, .integer): return rank == 1
    default: return false
    }
  }

  /// Whether its values name splits, whatever it is called: a proposal that missed it would fit
  /// on test rows.
  var holdsSplits: Bool {
    guard case .string = dataset.type, dataset.shape?.count == 1, dataset.rowCount > 0,
      let values = try? dataset.readStrings(0..<min(dataset.rowCount, Self.looked))
    else { return false }
    let distinct = Set(values)
    return distinct.allSatisfy { Split(named: $0) != nil }
  }

  /// Rows whose values are looked at.
  private static let looked = 65_536
}
