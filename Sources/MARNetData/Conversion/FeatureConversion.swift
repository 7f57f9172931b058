// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Writes features of any layout in the canonical one: a group a split, whatever is found in
/// other files beside it, pooled what is pooled, string labels as indices.
///
/// Memory does not grow with the features; it holds labels, masks and, of one group per item,
/// names.
public struct FeatureConversion: Sendable {
  /// What is written.
  public struct Options: Sendable {
    /// The type of all features, one of `FeatureType.writable`; nil keeps 16-bit types and
    /// writes others as float32, which is what they are read as.
    public var type: FeatureType?
    /// gzip level 1 to 9; nil stores without compression.
    public var gzipLevel: Int?
    /// The split of rows of which the files do not say it.
    public var undividedSplit = Split.train

    /// The types as they are, without compression.
    public init() {}
  }

  /// How far a conversion has come.
  public struct Progress: Sendable {
    /// What is done, such as "converting".
    public let verb: String
    /// Rows done.
    public let done: Int
    /// All rows.
    public let count: Int
  }

  /// Bytes of Float32 in a block, of which two are in memory.
  private static let blockBytes = 8 << 20

  private let paths: [String]
  private let layout: LayoutOptions
  private let options: Options
  private let threads: Int?

  /// - Parameters:
  ///   - paths: files, or patterns, taken as one.
  ///   - layout: how they are to be understood.
  ///   - threads: all available processors when nil; what is written does not depend on it.
  public init(
    paths: [String], layout: LayoutOptions = LayoutOptions(), options: Options = Options(),
    threads: Int? = nil
  ) {
    (self.paths, self.layout, self.options, self.threads) = (paths, layout, options, threads)
  }

  /// Writes the file at `output`, which appears whole or not at all.
  ///
  /// - Parameter progress: called after every block; what it throws ends the conversion.
  /// - Throws: `DataError` when features cannot be used or the file cannot be written.
  @discardableResult
  public func write(
    to output: String, progress: (Progress) throws -> Void = { _ in }
  ) throws -> ConversionReport {
    let source = try source(progress)
    if source.paths.contains(where: { FileKind.isSame($0, output) }) {
      throw DataError.cannotWrite(path: output, reason: "it is the file that is read")
    }
    var file = FeatureFileOptions()
    file.gzipLevel = options.gzipLevel
    let writer = try FeatureFileWriter(
      path: output, classNames: source.classNames, options: file)
    var report = ConversionReport(output: output, source)
    let count = source.plans.reduce(0) { $0 + $1.plan.rowCount }
    var done = 0
    for (index, (split, plan)) in source.plans.enumerated() {
      try writer.begin(split, plan)
      try ReadAhead.forEach(Self.blocks(plan, split, source)) { rows in
        try source.block(split, rows: rows)
      } consume: { rows, block in
        try writer.append(block)
        report.splits[index].count(block)
        try progress(Progress(verb: "converting", done: done + rows.upperBound, count: count))
      }
      done += plan.rowCount
    }
    try writer.finish()
    return report
  }

  private func source(_ progress: (Progress) throws -> Void) throws -> any ConversionSource {
    let paths = try FeaturePaths.expand(paths)
    if let items = try ItemGroups(paths: paths, layout: layout) {
      return try ItemConversion(items, layout: layout, options: options) { done, count in
        try progress(Progress(verb: "looking at", done: done, count: count))
      }
    }
    let file = try FeatureFile(paths: paths, layout: layout, threads: threads)
    return try FileConversion(file, options)
  }

  private static func blocks(
    _ plan: FeatureSplitPlan, _ split: Split, _ source: any ConversionSource
  ) -> [Range<Int>] {
    let tokens = plan.tokens
    let rowWidth =
      plan.visualWidth * (1 + (tokens?.visualCount ?? 0))
      + (plan.textWidth ?? 0) * (1 + (tokens?.textCount ?? 0))
    let most = max(1, blockBytes / (rowWidth * MemoryLayout<Float>.stride))
    let size = max(1, source.wholeChunks(split, of: most))
    return stride(from: 0, to: plan.rowCount, by: size).map {
      $0..<min($0 + size, plan.rowCount)
    }
  }
}
