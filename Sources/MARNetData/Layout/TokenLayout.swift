// SPDX-License-Identifier: Apache-2.0

/// The token datasets of one split, each checked for shape and type, none of them read.
struct TokenLayout: Sendable {
  static let names = ["visual_tokens", "text_tokens", "text_tokens_mask"]

  let visual: Column
  let text: Column
  let mask: Column

  /// Tokens of a row: Lv and Lt.
  var visualCount: Int { visual.parts[0].dataset.shape?[1] ?? 0 }
  var textCount: Int { text.parts[0].dataset.shape?[1] ?? 0 }

  /// - Parameters:
  ///   - catalog: what the group holds.
  ///   - features: the features, where they can be used.
  ///   - rows: the rows of a flat file that belong to the split; nil: all.
  init(
    _ catalog: DatasetCatalog, features: (visual: Column?, text: Column?), rows: [Int]?
  ) throws(DataError) {
    func dataset(_ name: String) throws(DataError) -> HDF5Dataset {
      guard let found = catalog[name] else {
        throw .missingDataset(
          catalog.location.child(name), present: catalog.names, nearest: nil, flag: nil)
      }
      let dataset = try found.get()
      try DatasetCheck.filters(of: dataset)
      return dataset
    }
    func tokens(_ name: String, like features: Column?) throws(DataError) -> HDF5Dataset {
      let dataset = try dataset(name)
      try DatasetCheck.tokens(dataset)
      if let features { try DatasetCheck.tokens(dataset, fit: features) }
      return dataset
    }
    func column(_ dataset: HDF5Dataset) -> Column {
      Column([
        ColumnPart(
          dataset: dataset, selection: rows.map(RowSelection.listed) ?? .all(dataset.rowCount))
      ])
    }
    let words = try tokens("text_tokens", like: features.text)
    let isWord = try dataset("text_tokens_mask")
    visual = column(try tokens("visual_tokens", like: features.visual))
    text = column(words)
    try DatasetCheck.tokenMask(isWord, of: words)
    mask = column(isWord)
  }

  private init(visual: Column, text: Column, mask: Column) {
    (self.visual, self.text, self.mask) = (visual, text, mask)
  }

  /// The rows at `rows`, ascending, alone.
  func keeping(_ rows: [Int]) -> TokenLayout {
    TokenLayout(
      visual: visual.keeping(rows), text: text.keeping(rows), mask: mask.keeping(rows))
  }

  /// The tokens of several files as one.
  static func join(_ layouts: [TokenLayout]) throws(DataError) -> TokenLayout {
    for path in [\TokenLayout.visual, \.text] {
      let columns = layouts.map { $0[keyPath: path] }
      let shape = columns[0].parts[0].dataset.shape?.dropFirst() ?? []
      for column in columns {
        guard let own = column.parts[0].dataset.shape, !own.dropFirst().elementsEqual(shape) else {
          continue
        }
        let needed = shape.map { grouped($0) }.joined(separator: ", ")
        throw .wrongRank(
          column.location, shape: own,
          needed: "shape [rows, \(needed)], that of \(columns[0].location)",
          remedy: "Pad the tokens of all files to one number.")
      }
    }
    return TokenLayout(
      visual: Column(joining: layouts.map(\.visual)), text: Column(joining: layouts.map(\.text)),
      mask: Column(joining: layouts.map(\.mask)))
  }
}

extension DatasetCheck {
  /// Tokens: floating point, `[rows, tokens, width]`.
  static func tokens(_ dataset: HDF5Dataset) throws(DataError) {
    guard let shape = dataset.shape, shape.count == 3 else {
      throw .wrongRank(
        dataset.location, shape: dataset.shape, needed: "shape [rows, tokens, width]",
        remedy: "Store every row's tokens, padded to one number.")
    }
    guard case .float = dataset.type else {
      throw .wrongType(
        dataset.location, found: dataset.type.name,
        needed: "float16, bfloat16, float32 or float64",
        remedy: "Store the encoder's token embeddings, not token numbers.")
    }
    if shape[1] == 0 || shape[2] == 0 { throw .noColumns(dataset.location) }
  }

  /// As many rows as the features, and as wide: both pass through one projector.
  static func tokens(
    _ dataset: HDF5Dataset, fit features: Column
  ) throws(DataError) {
    try rows(of: dataset, pairWith: features.parts[0].dataset)
    if let width = dataset.shape?.last, width != features.rowWidth {
      throw .tokenWidth(
        dataset.location, width: width, features: features.location.object ?? "/",
        featureWidth: features.rowWidth)
    }
  }

  /// A truth value for each token.
  static func tokenMask(_ mask: HDF5Dataset, of tokens: HDF5Dataset) throws(DataError) {
    let needed = (tokens.shape ?? []).prefix(2).map { grouped($0) }.joined(separator: ", ")
    guard let shape = mask.shape, shape.elementsEqual((tokens.shape ?? []).prefix(2)) else {
      throw .wrongRank(
        mask.location, shape: mask.shape, needed: "shape [\(needed)], that of the tokens",
        remedy: "Store true where 'text_tokens' holds a word and false in its padding.")
    }
    guard case .integer = mask.type else {
      throw .wrongType(
        mask.location, found: mask.type.name, needed: "bool or integer",
        remedy: "Store it as bool: true where 'text_tokens' holds a word.")
    }
  }
}
