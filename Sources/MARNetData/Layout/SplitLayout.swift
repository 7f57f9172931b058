// SPDX-License-Identifier: Apache-2.0

/// The datasets of one split, each checked for shape and type, none of them read.
///
/// A dataset that cannot be used keeps its error until somebody needs it: a file
/// with a broken text of the test split can still be scored.
struct SplitLayout: Sendable {
  /// The names that mean something in the group of a split.
  static let names: Set<String> = Set(
    ["visual", "text", "text_mask", "label", "labels", "id"] + TokenLayout.names)

  let split: Split
  /// Every dataset in the group, known or not, for `inspect`.
  let datasets: [HDF5Dataset]
  let visual: Result<HDF5Dataset, DataError>
  /// nil: the split has none.
  let text: Result<HDF5Dataset, DataError>?
  let textMask: Result<HDF5Dataset, DataError>?
  let labels: Result<HDF5Dataset, DataError>?
  let ids: Result<HDF5Dataset, DataError>?
  /// Tokens, which only one method of alignment reads.
  let tokens: Result<TokenLayout, DataError>?
  /// Where the text is, or would be.
  let textLocation: DataLocation
  /// Where the labels are, or would be.
  let labelsLocation: DataLocation
  /// The error of a split without labels, for those who need them.
  let missingLabels: DataError

  /// What is wrong, in the order in which it is best repaired.
  var problems: [DataError] {
    [visual, text, textMask, labels, ids].compactMap { result in
      if case .failure(let error)? = result { return error }
      return nil
    }
  }

  /// Looks at the datasets of `group`.
  init(split: Split, group: HDF5Group) throws(DataError) {
    self.split = split
    let names = try group.names()
    var opened: [String: Result<HDF5Dataset, DataError>] = [:]
    for name in names {
      do {
        if let dataset = try group.dataset(name) { opened[name] = .success(dataset) }
      } catch {
        opened[name] = .failure(error)
      }
    }
    datasets = names.compactMap { try? opened[$0]?.get() }

    func missing(_ name: String, besides used: [String] = []) -> DataError {
      .missingDataset(
        group.location.child(name), present: names,
        nearest: nearestName(to: name, in: names.filter { !used.contains($0) }))
    }
    func resolve(
      _ name: String, _ check: (HDF5Dataset) throws(DataError) -> Void
    ) -> Result<HDF5Dataset, DataError>? {
      opened[name]?.flatMap { dataset in
        Result { () throws(DataError) in
          try DatasetCheck.filters(of: dataset)
          try check(dataset)
          return dataset
        }
      }
    }
    let known = ["text", "text_mask", "label", "labels", "id"] + TokenLayout.names
    let visual =
      resolve("visual", DatasetCheck.features) ?? .failure(missing("visual", besides: known))
    self.visual = visual
    let rows = try? visual.get().rowCount
    func pairs(_ dataset: HDF5Dataset) throws(DataError) {
      if let rows { try DatasetCheck.rows(of: dataset, pairWith: rows, named: "visual") }
    }
    let text = resolve("text") { (dataset) throws(DataError) in
      try DatasetCheck.features(dataset)
      try pairs(dataset)
    }
    textMask = resolve("text_mask") { (dataset) throws(DataError) in
      try DatasetCheck.mask(dataset)
      try pairs(dataset)
    }
    self.text = text ?? (textMask == nil ? nil : .failure(missing("text", besides: known)))
    textLocation = group.location.child("text")
    labelsLocation = group.location.child(opened["label"] == nil ? "labels" : "label")
    missingLabels = missing(
      "label", besides: ["visual", "text", "text_mask", "id"] + TokenLayout.names)
    if opened["label"] != nil && opened["labels"] != nil {
      labels = .failure(
        .twoLabelDatasets(path: group.location.path, group: group.location.object ?? "/"))
    } else {
      labels = resolve(opened["label"] == nil ? "labels" : "label") { (dataset) throws(DataError) in
        try DatasetCheck.labels(dataset)
        try pairs(dataset)
      }
    }
    let hasTokens = TokenLayout.names.contains { opened[$0] != nil }
    tokens =
      hasTokens
      ? Result { () throws(DataError) in
        try TokenLayout(
          group: group.location, opened: opened,
          features: (visual: try? visual.get(), text: try? text?.get()))
      } : nil
    ids = resolve("id") { (dataset) throws(DataError) in
      try DatasetCheck.identifiers(dataset)
      try pairs(dataset)
    }
  }
}
