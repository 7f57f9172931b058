// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Features that rows of datasets hold, to be written in the canonical layout.
struct FileConversion: ConversionSource {
  let classNames: [String]?
  let plans: [(split: Split, plan: FeatureSplitPlan)]
  let notes: [String]
  let paths: [String]
  private let file: FeatureFile
  private let contents: [Split: Contents]

  /// What is in memory of a split.
  fileprivate struct Contents {
    let layout: SplitLayout
    let labels: [Int32]?
    let hasText: [Bool]?
  }

  /// - Parameter undivided: the split of rows of which the file does not say it.
  /// - Throws: `DataError` when something cannot be used.
  init(_ file: FeatureFile, _ options: FeatureConversion.Options) throws {
    self.file = file
    let isUndivided = file.files.allSatisfy { $0.form == .undivided }
    let splits = isUndivided ? [options.undividedSplit] : file.splits
    if splits.isEmpty { throw file.missing(.train) }
    let names = try Self.classNames(of: file, splits)
    var contents: [Split: Contents] = [:]
    var plans: [(split: Split, plan: FeatureSplitPlan)] = []
    for split in splits {
      let layout = try file.layout(of: split)
      let own = try Contents(layout, file, split, classNames: names)
      contents[split] = own
      plans.append((split, try own.plan(of: split, in: file, type: options.type)))
    }
    let sources = contents.values.flatMap(\.layout.datasets).map(\.location.path)
    paths = Set(file.paths + sources).sorted()
    classNames = names
    self.contents = contents
    self.plans = plans
    var notes = file.foundText.map(\.description)
    if let test = contents[.test]?.layout, test.catalogHoldsText {
      notes.append("The text of 'test' is left out: nothing reads it.")
    }
    if file.layout.textJoin != nil, file.holdsTokens {
      notes.append("Tokens are left out: they belong to other text.")
    }
    self.notes = notes
  }

  func block(_ split: Split, rows: Range<Int>) throws -> FeatureBlock {
    guard let own = contents[split] else { throw file.missing(split) }
    var block = FeatureBlock(
      visual: try file.readVisual(split, rows: rows),
      text: own.hasText == nil ? nil : try file.readText(split, rows: rows),
      labels: own.labels.map { Array($0[rows]) }, ids: try file.ids(split, rows: rows),
      textMask: own.mask.map { Array($0[rows]) })
    if own.hasText != nil, let tokens = try own.layout.tokens?.get() {
      block.tokens = TokenBlock(
        visual: try tokens.visual.readMatrix(rows, threads: file.threads),
        text: try tokens.text.readMatrix(rows, threads: file.threads),
        isWord: try tokens.mask.readIntegers(rows).map { $0 != 0 })
    }
    return block
  }

  func wholeChunks(_ split: Split, of rows: Int) -> Int {
    (try? contents[split]?.layout.visual.get().wholeChunks(of: rows)) ?? rows
  }

  /// The names that give the written labels their meaning; nil where labels are plain numbers,
  /// which mean the same in every file.
  private static func classNames(of file: FeatureFile, _ splits: [Split]) throws -> [String]? {
    if file.namesClasses { return try file.classNames }
    var columns: [LabelColumn] = []
    for split in splits {
      if let own = try file.layout(of: split).labels?.get() { columns.append(own) }
    }
    guard let first = columns.first,
      first.areNames || first.column.parts.contains(where: { $0.dataset.shape?.count == 2 })
    else { return nil }
    let names = try file.classNames
    return names.isEmpty ? try ClassNames.implied(by: first) : names
  }
}

extension FileConversion.Contents {
  init(
    _ layout: SplitLayout, _ file: FeatureFile, _ split: Split, classNames: [String]?
  ) throws {
    self.layout = layout
    if layout.labels == nil {
      labels = nil
    } else if classNames == nil {
      labels = try Self.numbers(of: layout)
    } else {
      labels = try file.labels(split, classNames: classNames)
    }
    hasText = split == .test || layout.text == nil ? nil : try file.textMask(split)
  }

  /// Plain numbers, as they are: what they mean, the training rows or a model say.
  private static func numbers(of layout: SplitLayout) throws -> [Int32]? {
    try layout.labels?.get().read().flatMap { part -> [Int32] in
      guard case .indices(let values) = part.values else { return [] }
      return try ClassNames.indices(
        of: values, classCount: Int(Int32.max), at: part.location, rows: part.selection)
    }
  }

  /// The mask to write: where all rows have text it would say nothing.
  var mask: [Bool]? {
    guard let hasText, hasText.contains(false) || layout.textMask != nil else { return nil }
    return hasText
  }

  func plan(
    of split: Split, in file: FeatureFile, type: FeatureType?
  ) throws -> FeatureSplitPlan {
    let visual = try layout.visual.get()
    let text = hasText == nil ? nil : try layout.text?.get()
    var plan = FeatureSplitPlan(
      rowCount: visual.rowCount, visualWidth: visual.rowWidth, textWidth: text?.rowWidth,
      hasLabels: labels != nil, idKind: try file.ids(split, rows: 0..<1)?.kind,
      hasTextMask: mask != nil)
    plan.visualType = type ?? visual.typeInMemory
    plan.textType = text.map { type ?? $0.typeInMemory }
    if text != nil, let tokens = try layout.tokens?.get() {
      plan.tokens = TokenPlan(
        visualCount: tokens.visualCount, textCount: tokens.textCount,
        visualType: type ?? tokens.visual.typeInMemory,
        textType: type ?? tokens.text.typeInMemory)
    }
    return plan
  }
}

extension SplitLayout {
  /// Whether the group holds text, whoever reads it.
  fileprivate var catalogHoldsText: Bool {
    datasets.contains { $0.location == group.child(names.text) }
  }
}

extension FeatureFile {
  fileprivate var holdsTokens: Bool {
    layouts.values.contains { layout in
      (try? layout.get())?.datasets.contains { TokenLayout.names.contains($0.location.name) }
        == true
    }
  }
}
