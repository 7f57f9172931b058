// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Features of which each item has a group of its own, to be written in the canonical layout.
///
/// Rows follow the names of the groups, sorted, which become identifiers. A group is open only
/// while it is read.
struct ItemConversion: ConversionSource {
  let classNames: [String]?
  let plans: [(split: Split, plan: FeatureSplitPlan)]
  let notes: [String]
  let paths: [String]
  private let bases: [HDF5Group]
  private let survey: ItemSurvey
  private let layout: LayoutOptions
  /// The class index of every label in the survey.
  private let indices: [Int32]?

  /// Looks at every item.
  ///
  /// - Throws: `DataError` naming the first item that cannot be used.
  init(
    _ items: ItemGroups, layout: LayoutOptions, options: FeatureConversion.Options,
    progress: (Int, Int) throws -> Void
  ) throws {
    if let join = layout.textJoin {
      throw DataError.itemsCannotJoin(path: items.bases[0].location.path, text: join.paths[0])
    }
    let survey = try ItemSurvey(items, layout: layout, progress: progress)
    guard let visual = survey.visual else {
      throw DataError.noColumns(items.bases[0].location)
    }
    bases = items.bases
    paths = items.bases.map(\.location.path)
    self.layout = layout
    self.survey = survey
    let stored = try Self.storedNames(items.bases)
    (classNames, indices) = try Self.classes(survey, stored: stored)
    let hasLabels = survey.firstLabel != nil
    plans = Split.allCases.compactMap { split in
      guard let own = survey.items[split] else { return nil }
      let text = split == .test ? nil : survey.text
      var plan = FeatureSplitPlan(
        rowCount: own.count, visualWidth: visual.width, textWidth: text?.width,
        hasLabels: hasLabels, idKind: .strings,
        hasTextMask: text != nil
          && (layout.missingText == .nan || own.contains { !$0.hasText }))
      plan.visualType = options.type ?? visual.type
      plan.textType = options.type ?? text?.type
      return (split, plan)
    }
    var notes: [String] = []
    if !survey.notItems.isEmpty { notes.append("Not read: \(listed(survey.notItems)).") }
    if survey.items[.test]?.contains(where: \.hasText) == true {
      notes.append("The text of 'test' is left out: nothing reads it.")
    }
    self.notes = notes
  }

  func block(_ split: Split, rows: Range<Int>) throws -> FeatureBlock {
    let items = Array((survey.items[split] ?? [])[rows])
    let textWidth = split == .test ? nil : survey.text?.width
    let visual = try Matrix(rowCount: items.count, columnCount: survey.visual?.width ?? 0) { view in
      for row in items.indices {
        let reader = try reader(of: items[row])
        _ = try reader.read(try reader.visual(), .visual, into: view.rows(row..<row + 1))
      }
    }
    var isThere = items.map(\.hasText)
    let text = try textWidth.map { width in
      try Matrix(rowCount: items.count, columnCount: width) { view in
        for row in items.indices {
          let target = view.rows(row..<row + 1)
          let reader = try reader(of: items[row])
          if isThere[row], let dataset = try reader.features(.text) {
            isThere[row] = try reader.read(dataset, .text, into: target)
          } else {
            target.fill(0)
          }
        }
      }
    }
    let plan = plans.first { $0.split == split }?.plan
    return FeatureBlock(
      visual: visual, text: text,
      labels: plan?.hasLabels == true ? try items.map(index) : nil,
      ids: .strings(items.map(\.name)), textMask: plan?.hasTextMask == true ? isThere : nil)
  }

  func wholeChunks(_ split: Split, of rows: Int) -> Int { rows }

  /// Opens the group of an item.
  private func reader(of item: ItemSurvey.Item) throws(DataError) -> ItemReader {
    guard let group = try bases[item.base].group(item.name) else {
      throw DataError.notAGroup(bases[item.base].location.child(item.name))
    }
    return ItemReader(group: group, layout: layout)
  }

  /// The class index of an item.
  private func index(of item: ItemSurvey.Item) throws(DataError) -> Int32 {
    guard item.label >= 0 else { return -1 }
    if let indices { return indices[Int(item.label)] }
    if let classNames {
      let location = bases[item.base].location.child(item.name).child(layout.labelKey ?? "label")
      _ = try ClassNames.indices(
        of: [item.label], classCount: classNames.count, at: location, rows: .all(1))
    }
    return Int32(item.label)
  }

  private static func storedNames(_ bases: [HDF5Group]) throws(DataError) -> [String]? {
    for base in bases {
      if let names = try ClassNames.stored(in: base.dataset("class_names")) { return names }
    }
    return nil
  }

  /// The names to write, and the index of each label that is a string.
  private static func classes(
    _ survey: ItemSurvey, stored: [String]?
  ) throws(DataError) -> (names: [String]?, indices: [Int32]?) {
    guard survey.firstLabel?.isName == true else { return (stored, nil) }
    let names = stored ?? survey.labelNames.map(\.name).sorted()
    var indices: [Int32] = []
    for (name, location) in survey.labelNames {
      indices += try ClassNames.indices(of: [name], in: names, at: location, rows: .all(1))
    }
    return (names, indices)
  }
}
