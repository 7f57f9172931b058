// SPDX-License-Identifier: Apache-2.0

/// Files that hold one group per item, `/<id>/features`, and what datasets are called there.
struct ItemGroups: Sendable {
  /// The groups that hold the items, one a file.
  let bases: [HDF5Group]

  /// Items that are looked at to tell what a file is.
  private static let sampleCount = 4
  /// Items from which the names of datasets are guessed.
  private static let guessCount = 16
  /// Fewer groups than this, each with features of several rows, are rather parts of a table.
  private static let fewestMatrices = 16

  /// nil unless all files at `paths` are of that form.
  init?(paths: [String], layout: LayoutOptions) throws(DataError) {
    var bases: [HDF5Group] = []
    for path in paths {
      let file = try HDF5File(
        reading: path, links: LinkRule(for: path, allowsAny: layout.allowsExternalLinks))
      let root = try file.root()
      guard
        let base = try layout.group.map({ (name) throws(DataError) in try root.group(name) })
          ?? root, try Self.holdsItems(base, names: base.names(), layout: layout)
      else { return nil }
      bases.append(base)
    }
    self.bases = bases
  }

  /// Whether `base`, with `names` in it, holds one group per item: groups alone, none of them a
  /// split, which hold features under one name.
  static func holdsItems(
    _ base: HDF5Group, names: [String], layout: LayoutOptions
  ) throws(DataError) -> Bool {
    guard layout.splitKey == nil || !names.contains(layout.splitKey ?? ""),
      !names.contains(where: { Split(named: $0) != nil })
    else { return false }
    let others = names.filter { $0 != "class_names" }
    guard others.count > 1, try base.place(of: layout.visualKey ?? "visual") == nil else {
      return false
    }
    var ranks: [Int] = []
    for name in others.prefix(Self.sampleCount) {
      guard let place = try? base.place(of: name), place.isGroup,
        let item = try? base.group(name)
      else { return false }
      let features = ItemGuess(item, layout: layout).visual?.dataset
      if let rank = features?.shape?.count { ranks.append(rank) }
    }
    guard let most = ranks.max() else { return false }
    return most == 1 || others.count >= fewestMatrices || layout.visualPool != nil
  }

  /// The error with which commands other than `convert` meet such a file.
  static func error(
    _ base: HDF5Group, names: [String], layout: LayoutOptions
  ) -> DataError {
    let items = names.filter { $0 != "class_names" }
    // Each item adds what those before it lack.
    let guess = items.prefix(Self.guessCount).reduce(layout) { guess, name in
      guard let item = try? base.group(name) else { return guess }
      return ItemGuess(item, layout: guess).options
    }
    return .oneGroupPerItem(
      base.location, items: items,
      command: "marnet-plugin convert " + guess.arguments(for: [base.location.path])
        + " --output converted.h5")
  }
}
