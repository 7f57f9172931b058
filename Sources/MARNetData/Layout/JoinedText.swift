// SPDX-License-Identifier: Apache-2.0

/// The text features of other files, which rows find by identifier.
struct JoinedText: Sendable {
  /// All rows of all files.
  let column: Column
  /// Their identifiers.
  let ids: Column
  let datasets: [HDF5Dataset]
  /// Where each identifier is.
  private let index: TextIndex

  /// Opens the files and reads their identifiers.
  ///
  /// - Throws: `DataError` when text or identifiers are missing or cannot be used, or an
  ///   identifier stands twice.
  init(_ join: LayoutOptions.TextJoin, layout: LayoutOptions) throws(DataError) {
    var found: [Group] = []
    for path in try FeaturePaths.expand(join.paths) {
      let file = try HDF5File(
        reading: path, links: LinkRule(for: path, allowsAny: layout.allowsExternalLinks))
      for group in try Self.groups(of: file.root(), textKey: layout.textKey ?? "text") {
        found.append(try Group(group, join, layout))
      }
    }
    try SplitLayout.requireOneKind(found.map(\.ids))
    var column = try SplitLayout.features(found.map(\.text))
    column.nanMarksAbsence = layout.missingText == .nan
    self.column = column
    ids = Column(joining: found.map(\.ids))
    datasets = found.flatMap(\.datasets)
    index = try TextIndex(
      ids: ids, mask: TextMask(parts: found.map { ($0.text.rowCount, $0.mask) }))
  }

  /// Where the text of rows with the identifiers `ids` lies.
  func sources(of ids: Column) throws(DataError) -> RowSources {
    if ids.holdsStrings != self.ids.holdsStrings {
      throw DataError.identifierKindsDiffer(
        ids.location, found: ids.parts[0].dataset.type.name, other: self.ids.location,
        otherFound: self.ids.parts[0].dataset.type.name)
    }
    return try index.sources(of: ids)
  }

  /// The groups of a file that hold text: the root, or those of splits. Text in a group `test`
  /// is no more read here than elsewhere.
  private static func groups(
    of root: HDF5Group, textKey: String
  ) throws(DataError) -> [HDF5Group] {
    if try root.place(of: textKey) != nil { return [root] }
    var groups: [HDF5Group] = []
    for split in [Split.train, .val] {
      for name in split.names {
        if let place = try root.place(of: name), place.isGroup, let group = try root.group(name) {
          groups.append(group)
        }
      }
    }
    var holding: [HDF5Group] = []
    for group in groups where try group.place(of: textKey) != nil { holding.append(group) }
    return holding.isEmpty ? [groups.first ?? root] : holding
  }

  /// Text and identifiers in one group.
  private struct Group {
    let text: Column
    let ids: Column
    let mask: Column?
    let datasets: [HDF5Dataset]

    init(
      _ group: HDF5Group, _ join: LayoutOptions.TextJoin, _ layout: LayoutOptions
    ) throws(DataError) {
      let textKey = layout.textKey ?? "text"
      let catalog = try DatasetCatalog(group, keys: [textKey, join.key, "text_mask"])
      func dataset(_ name: String, flag: String) throws(DataError) -> HDF5Dataset {
        guard let found = catalog[name] else {
          throw catalog.missing(name, flag: flag, besides: [textKey, join.key])
        }
        let dataset = try found.get()
        try DatasetCheck.filters(of: dataset)
        return dataset
      }
      func column(_ dataset: HDF5Dataset) -> Column {
        Column([ColumnPart(dataset: dataset, selection: .all(dataset.rowCount))])
      }
      let features = try dataset(textKey, flag: "--text-key")
      try DatasetCheck.features(
        features, pooling: layout.textPool, flag: "--text-pool", tokens: "text_tokens")
      let identifiers = try dataset(join.key, flag: "--join")
      try DatasetCheck.identifiers(identifiers)
      try DatasetCheck.rows(of: identifiers, pairWith: features)
      text = Column([
        ColumnPart(
          dataset: features, selection: .all(features.rowCount), pooling: layout.textPool)
      ])
      ids = column(identifiers)
      var datasets = [features, identifiers]
      if catalog["text_mask"] != nil {
        let isThere = try dataset("text_mask", flag: "")
        try DatasetCheck.mask(isThere)
        try DatasetCheck.rows(of: isThere, pairWith: features)
        mask = column(isThere)
        datasets.append(isThere)
      } else {
        mask = nil
      }
      self.datasets = datasets
    }
  }
}

extension SplitLayout {
  /// The split with the text that its rows find in other files.
  func taking(_ joined: Result<JoinedText, DataError>?, split: Split) -> SplitLayout {
    // Text of the test split is never read, and one that is there already has its error.
    guard let joined, split != .test, text == nil else { return self }
    var layout = self
    do throws(DataError) {
      let text = try joined.get()
      guard let ids = try ids?.get() else { return self }
      let sources = try text.sources(of: ids)
      if split == .train, !sources.rows.contains(where: { $0 >= 0 }) {
        throw DataError.noIdentifierFound(
          ids.location, example: try ids.example(), other: text.ids.location,
          otherExample: try text.ids.example())
      }
      layout.text = .success(text.column.found(by: sources))
      layout.datasets += text.datasets
      layout.used.formUnion(text.datasets.map(\.location))
    } catch {
      layout.text = .failure(error)
    }
    return layout
  }
}

extension Column {
  /// The first identifier, as text.
  fileprivate func example() throws(DataError) -> String {
    switch try readIdentifiers(0..<min(1, rowCount)) {
    case .integers(let values): values.first.map { "\($0)" } ?? ""
    case .strings(let values): values.first ?? ""
    }
  }
}
