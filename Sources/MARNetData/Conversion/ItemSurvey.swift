// SPDX-License-Identifier: Apache-2.0

/// What is known of every item after one pass: where it belongs and what it has. Features are
/// not read, and no group stays open.
struct ItemSurvey: Sendable {
  /// An item, by the group that holds it and its name there.
  struct Item: Sendable {
    let base: Int
    let name: String
    let hasText: Bool
    /// A class index, or the number of a label among `labelNames`; -1 for none.
    let label: Int64
  }

  /// Width and stored types of one modality.
  struct Features: Sendable {
    let width: Int
    let first: DataLocation
    var types: Set<FeatureType>

    /// The type that holds every value exactly.
    var type: FeatureType { types.count == 1 ? types.first ?? .float32 : .float32 }
  }

  private(set) var items: [Split: [Item]] = [:]
  private(set) var visual: Features?
  private(set) var text: Features?
  /// Labels that are strings, in the order in which they were met, and where first; empty where
  /// labels are numbers.
  private(set) var labelNames: [(name: String, first: DataLocation)] = []
  /// An item with a label, and what it holds.
  private(set) var firstLabel: (location: DataLocation, isName: Bool)?
  /// What lies beside the groups of items and is not read.
  private(set) var notItems: [String] = []

  private let layout: LayoutOptions
  private var numbers: [String: Int64] = [:]

  /// Items between two calls of `progress`.
  private static let stride = 256

  /// - Parameter progress: items done and all; what it throws ends the pass.
  init(
    _ groups: ItemGroups, layout: LayoutOptions, progress: (Int, Int) throws -> Void
  ) throws {
    self.layout = layout
    for (number, base) in groups.bases.enumerated() {
      let names = try base.names()
      for (index, name) in names.enumerated() {
        if index % Self.stride == 0 { try progress(index, names.count) }
        guard let place = try base.place(of: name), place.isGroup, let group = try base.group(name)
        else {
          if name != "class_names" { notItems.append(name) }
          continue
        }
        try add(ItemReader(group: group, layout: layout), base: number, name: name)
      }
    }
  }

  private mutating func add(
    _ item: ItemReader, base: Int, name: String
  ) throws(DataError) {
    let features = try item.visual()
    try Self.note(features, in: &visual)
    var hasText = false
    if let dataset = try item.features(.text) {
      try Self.note(dataset, in: &text)
      hasText = true
    }
    let split = try split(of: item)
    let label = try label(of: item)
    if split == .train && label < 0 && layout.unlabelled == .drop { return }
    items[split, default: []].append(
      Item(base: base, name: name, hasText: hasText, label: label))
  }

  private static func note(
    _ dataset: HDF5Dataset, in known: inout Features?
  ) throws(DataError) {
    let width = dataset.shape?.last ?? 0
    // Pooled values are no longer those that are stored.
    let isRow = dataset.shape?.count == 1 || dataset.shape?.first == 1
    let type = isRow ? dataset.featureType.inMemory : .float32
    guard let first = known else {
      known = Features(width: width, first: dataset.location, types: [type])
      return
    }
    guard first.width == width else {
      throw .itemsDiffer(
        dataset.location, found: counted(width, "column"),
        reference: first.first.object ?? "/", referenceFound: grouped(first.width),
        remedy: "Extract all items with the same encoder.")
    }
    known?.types.insert(type)
  }

  private func split(of item: ItemReader) throws(DataError) -> Split {
    guard let (value, location) = try item.value([layout.splitKey ?? "split"]) else {
      return .train
    }
    switch value {
    case .number(let number):
      if Split.allCases.indices.contains(Int(number)) { return Split.allCases[Int(number)] }
      throw .unknownSplits(location, values: ["\(number)"])
    case .name(let name):
      if let split = Split(named: name) { return split }
      throw .unknownSplits(location, values: [name])
    }
  }

  private mutating func label(of item: ItemReader) throws(DataError) -> Int64 {
    let names = layout.labelKey.map { [$0] } ?? ["label", "labels"]
    guard let (value, location) = try item.value(names) else { return -1 }
    let isName: Bool
    let label: Int64
    switch value {
    case .number(let number):
      (isName, label) = (false, number)
      guard number >= -1 && number < Int64(Int32.max) else {
        throw .labelOutOfRange(
          location, row: 0, value: number, classCount: Int(Int32.max), badRows: 1)
      }
    case .name(let name):
      isName = true
      if name.isEmpty {
        label = -1
      } else if let known = numbers[name] {
        label = known
      } else {
        label = Int64(labelNames.count)
        labelNames.append((name, location))
        numbers[name] = label
      }
    }
    let first = firstLabel ?? (location, isName)
    firstLabel = first
    guard first.isName == isName else {
      throw .itemsDiffer(
        location, found: isName ? "a string" : "a number",
        reference: first.location.object ?? "/",
        referenceFound: first.isName ? "a string" : "a number",
        remedy: "Label all items with class names, or all with indices.")
    }
    return label
  }
}
