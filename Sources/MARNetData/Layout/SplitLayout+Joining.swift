// SPDX-License-Identifier: Apache-2.0

extension SplitLayout {
  /// One split of several files as one: their rows one after the other.
  ///
  /// - Precondition: one layout or more, all of one split.
  init(joining layouts: [SplitLayout]) {
    self = layouts[0]
    guard layouts.count > 1 else { return }
    datasets = layouts.flatMap(\.datasets)
    used = layouts.reduce(into: []) { $0.formUnion($1.used) }
    visual = Self.join(layouts.map(\.visual), Self.features)
    text = joined("text", layouts, \.text, Self.features)
    labels = joined("label", layouts, \.labels) { (labels) throws(DataError) in
      try Self.requireOneKind(labels.map(\.column))
      return LabelColumn(column: Column(joining: labels.map(\.column)))
    }
    ids = joined("id", layouts, \.ids) { (ids) throws(DataError) in
      try Self.requireOneKind(ids)
      return Column(joining: ids)
    }
    tokens = joined("visual_tokens", layouts, \.tokens, TokenLayout.join)
    textMask = joinedMask(layouts)
  }

  /// A column that all files have, or none; the test split needs none but the visual one.
  private func joined<Value>(
    _ name: String, _ layouts: [SplitLayout],
    _ column: KeyPath<SplitLayout, Result<Value, DataError>?>,
    _ join: ([Value]) throws(DataError) -> Value
  ) -> Result<Value, DataError>? {
    let having = layouts.filter { $0[keyPath: column] != nil }
    guard let first = having.first else { return nil }
    if let lacking = layouts.first(where: { $0[keyPath: column] == nil }) {
      return .failure(
        .columnInSomeFiles(
          lacking.group.child(name), reference: first.group.path))
    }
    return Self.join(having.compactMap { $0[keyPath: column] }, join)
  }

  private static func join<Value>(
    _ results: [Result<Value, DataError>], _ join: ([Value]) throws(DataError) -> Value
  ) -> Result<Value, DataError> {
    Result { () throws(DataError) in
      var values: [Value] = []
      for result in results { values.append(try result.get()) }
      return try join(values)
    }
  }

  static func features(_ columns: [Column]) throws(DataError) -> Column {
    for column in columns where column.rowWidth != columns[0].rowWidth {
      throw DataError.widthsDifferBetweenFiles(
        column.location, width: column.rowWidth, reference: columns[0].location,
        referenceWidth: columns[0].rowWidth)
    }
    return Column(joining: columns)
  }

  /// Strings in all files, or in none.
  static func requireOneKind(_ columns: [Column]) throws(DataError) {
    for column in columns where column.holdsStrings != columns[0].holdsStrings {
      throw DataError.kindsDifferBetweenFiles(
        column.location, found: column.parts[0].dataset.type.name, reference: columns[0].location,
        referenceFound: columns[0].parts[0].dataset.type.name)
    }
  }

  private func joinedMask(_ layouts: [SplitLayout]) -> Result<TextMask, DataError>? {
    guard layouts.contains(where: { $0.textMask != nil }) else { return nil }
    return Result { () throws(DataError) in
      var mask = TextMask(parts: [])
      for layout in layouts {
        if let own = layout.textMask {
          mask.parts += try own.get().parts
        } else {
          mask.parts.append((try layout.visual.get().rowCount, nil))
        }
      }
      return mask
    }
  }
}
