// SPDX-License-Identifier: Apache-2.0

/// The token datasets of one split, each checked for shape and type, none of them read.
struct TokenLayout: Sendable {
  static let names = ["visual_tokens", "text_tokens", "text_tokens_mask"]

  let visual: HDF5Dataset
  let text: HDF5Dataset
  let mask: HDF5Dataset

  /// - Parameters:
  ///   - opened: what the group holds.
  ///   - features: the features, where they can be used.
  init(
    group: DataLocation, opened: [String: Result<HDF5Dataset, DataError>],
    features: (visual: HDF5Dataset?, text: HDF5Dataset?)
  ) throws(DataError) {
    func dataset(_ name: String) throws(DataError) -> HDF5Dataset {
      guard let found = opened[name] else {
        throw .missingDataset(group.child(name), present: opened.keys.sorted(), nearest: nil)
      }
      let dataset = try found.get()
      try DatasetCheck.filters(of: dataset)
      return dataset
    }
    func tokens(_ name: String, like features: HDF5Dataset?) throws(DataError) -> HDF5Dataset {
      let dataset = try dataset(name)
      try DatasetCheck.tokens(dataset)
      if let features { try DatasetCheck.tokens(dataset, fit: features) }
      return dataset
    }
    visual = try tokens("visual_tokens", like: features.visual)
    text = try tokens("text_tokens", like: features.text)
    mask = try dataset("text_tokens_mask")
    try DatasetCheck.tokenMask(mask, of: text)
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
    _ dataset: HDF5Dataset, fit features: HDF5Dataset
  ) throws(DataError) {
    try rows(of: dataset, pairWith: features.rowCount, named: features.location.name)
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
