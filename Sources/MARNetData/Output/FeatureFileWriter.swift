// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Writes a feature file split by split and block by block; it appears when finished.
///
///     let writer = try FeatureFileWriter(path: "features.h5", classNames: ["cat", "dog"])
///     try writer.begin(.train, FeatureSplitPlan(rowCount: 1_000, visualWidth: 512))
///     try writer.append(FeatureBlock(visual: rows, labels: labels))   // until all rows are in
///     try writer.finish()
public final class FeatureFileWriter {
  private let options: FeatureFileOptions
  private let output: AtomicFile
  private var file: HDF5File?
  private var current: OpenSplit?
  private var begun: Set<Split> = []

  private struct OpenSplit {
    let name: String
    let plan: FeatureSplitPlan
    let datasets: [String: HDF5Dataset]
    var nextRow = 0
  }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: where it will be; a file there is replaced.
  ///   - classNames: the root's `class_names`; nil leaves them out.
  ///   - attributes: string attributes of the root.
  /// - Throws: `DataError` when nothing can be written there.
  public init(
    path: String, classNames: [String]?, attributes: [String: String] = [:],
    options: FeatureFileOptions = FeatureFileOptions()
  ) throws {
    self.options = options
    output = try AtomicFile(path: path)
    let file = try HDF5File(creating: output.temporaryPath, shownAs: path)
    self.file = file
    let root = try file.root()
    for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
      try root.setAttribute(name, value)
    }
    if let classNames { try root.makeStrings("class_names", classNames) }
  }

  /// Begins `split`; the one before must be complete.
  public func begin(_ split: Split, _ plan: FeatureSplitPlan) throws {
    requireComplete()
    precondition(begun.insert(split).inserted, "split '\(split.rawValue)' was begun before")
    guard let file else { preconditionFailure("the file was finished or discarded before") }
    try guarded {
      // Those of the split before are closed now: what fails then is never told.
      try current?.datasets.values.forEach { try $0.flush() }
      let group = try file.root().makeGroup(split.rawValue)
      var datasets: [String: HDF5Dataset] = [:]
      func make(_ name: String, _ type: HDF5Handle, _ sizes: [Int] = [], bytes: Int = 8) throws {
        datasets[name] = try group.makeDataset(
          name, type: type, shape: [plan.rowCount] + sizes,
          storage: options.storage(rowBytes: sizes.reduce(bytes, *)))
      }
      func make(_ name: String, _ type: FeatureType, _ sizes: [Int]) throws {
        try make(name, .float(type), sizes, bytes: type.byteCount)
      }
      let (visualType, textType) = (plan.visualType ?? options.type, plan.textType ?? options.type)
      try make("visual", visualType, [plan.visualWidth])
      if let width = plan.textWidth { try make("text", textType, [width]) }
      if plan.hasLabels { try make("label", .int64()) }
      if let kind = plan.idKind { try make("id", kind == .integers ? .int64() : .string()) }
      if plan.hasTextMask { try make("text_mask", .boolean()) }
      if let tokens = plan.tokens, let textWidth = plan.textWidth {
        try make("visual_tokens", tokens.visualType, [tokens.visualCount, plan.visualWidth])
        try make("text_tokens", tokens.textType, [tokens.textCount, textWidth])
        try make("text_tokens_mask", .boolean(), [tokens.textCount], bytes: 1)
      }
      current = OpenSplit(name: split.rawValue, plan: plan, datasets: datasets)
    }
  }

  /// Writes the next rows of the current split.
  ///
  /// - Precondition: the block has what the plan of the split promised, no more rows.
  /// - Throws: `DataError` when it cannot be written or a value is beyond the stored type.
  public func append(_ block: FeatureBlock) throws {
    guard let split = current else { preconditionFailure("append before begin") }
    split.plan.check(block, nextRow: split.nextRow)
    let rows = split.nextRow..<split.nextRow + block.rowCount
    try guarded {
      try split.datasets["visual"]?.writeFloats(rows, block.visual)
      if let text = block.text { try split.datasets["text"]?.writeFloats(rows, text) }
      if let labels = block.labels {
        try split.datasets["label"]?.writeRows(rows, from: labels.map { Int64($0) })
      }
      switch block.ids {
      case .integers(let values)?: try split.datasets["id"]?.writeRows(rows, from: values)
      case .strings(let values)?: try split.datasets["id"]?.writeStrings(rows, values)
      case nil: break
      }
      if let mask = block.textMask {
        try split.datasets["text_mask"]?.writeRows(rows, from: mask.map { Int8($0 ? 1 : 0) })
      }
      if let tokens = block.tokens {
        try split.datasets["visual_tokens"]?.writeFloats(rows, tokens.visual)
        try split.datasets["text_tokens"]?.writeFloats(rows, tokens.text)
        try split.datasets["text_tokens_mask"]?.writeRows(
          rows, from: tokens.isWord.map { Int8($0 ? 1 : 0) })
      }
    }
    current?.nextRow = rows.upperBound
  }

  /// Completes the file and gives it its name.
  public func finish() throws {
    requireComplete()
    try guarded { try file?.flush() }
    close()
    try guarded { try HDF5File.requireClosed(output.temporaryPath, shownAs: output.path) }
    try output.commit()
  }

  /// Gives up and removes what was written.
  public func discard() {
    close()
    output.discard()
  }

  deinit { discard() }

  private func close() {
    current = nil
    file = nil
  }

  private func requireComplete() {
    guard let split = current else { return }
    precondition(
      split.nextRow == split.plan.rowCount,
      "split '\(split.name)' has \(split.nextRow) of \(split.plan.rowCount) rows")
  }

  private func guarded(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      discard()
      throw error
    }
  }
}
