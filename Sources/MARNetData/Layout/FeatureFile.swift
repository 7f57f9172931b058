// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Open features, paired row by row: one HDF5 file, or several that are taken as one.
///
/// In the canonical layout groups `train`, `val`, `test` each hold `visual` [N, Dv],
/// optionally `text` [N, Ds], `label` or `labels` [N] (indices from 0, -1 for unlabelled, or
/// class names), `id` [N] and `text_mask` [N]; the root may hold `class_names` [C].
/// `LayoutOptions` and docs/file-format.md say what else is understood. Opening resolves the
/// layout and reads labels and names only; features are read when asked for.
///
/// All methods may be called from any thread; HDF5 itself works one call at a time.
public final class FeatureFile: Sendable {
  /// The paths, in the order of their rows; patterns are replaced by the files they match.
  public let paths: [String]
  /// How the files are understood.
  public let layout: LayoutOptions
  /// The splits that there are, in the order train, val, test.
  public let splits: [Split]
  /// Whether a file itself names its classes.
  public let namesClasses: Bool

  /// Threads that one call may use to read features.
  let threads: Int
  let files: [FileLayout]
  /// The text of other files, where it comes from there.
  let joinedText: Result<JoinedText, DataError>?
  let layouts: [Split: Result<SplitLayout, DataError>]
  let textPresence = TextPresence()
  private let classNamesResult: Result<[String], DataError>

  /// The first path.
  public var path: String { paths[0] }
  /// What messages about all files call them.
  var shownPath: String { paths.joined(separator: ", ") }

  /// Opens the file at `path` in the canonical layout.
  ///
  /// - Parameter threads: threads that a call may use to decompress and convert features;
  ///   all available processors when nil. What is read does not depend on it.
  /// - Throws: `DataError` when it is missing, not HDF5, cut short or too new. What
  ///   is wrong with a split is thrown by the calls that need that split.
  public convenience init(path: String, threads: Int? = nil) throws {
    try self.init(files: [path], layout: LayoutOptions(), threads: threads)
  }

  /// Opens files as one: their rows one after the other, in the order given.
  ///
  /// - Parameters:
  ///   - paths: files, or patterns such as "parts/*.h5", which stand for the files that match,
  ///     sorted.
  ///   - layout: how they are to be understood.
  ///   - threads: as above.
  /// - Throws: `DataError` when one cannot be opened, no file matches, or one is named twice.
  public convenience init(
    paths: [String], layout: LayoutOptions = LayoutOptions(), threads: Int? = nil
  ) throws {
    precondition(!paths.isEmpty, "features need a file")
    try self.init(files: FeaturePaths.expand(paths), layout: layout, threads: threads)
  }

  private init(files paths: [String], layout: LayoutOptions, threads: Int?) throws(DataError) {
    self.paths = paths
    self.layout = layout
    self.threads = max(1, threads ?? WorkerPool.availableProcessors)
    var files: [FileLayout] = []
    for path in paths { files.append(try FileLayout(path: path, layout: layout)) }
    self.files = files
    let text = layout.textJoin.map { join in
      Result { () throws(DataError) in try JoinedText(join, layout: layout) }
    }
    // Its identifiers leave memory here, unless rows may yet be asked for as another split.
    joinedText = files.allSatisfy { $0.form == .undivided } ? text : nil
    let joining = FileJoining(files: files, layout: layout, text: text)
    layouts = joining.layouts
    splits = Split.allCases.filter { [layouts] in layouts[$0] != nil }
    namesClasses = files.contains(where: \.namesClasses)
    let train = layouts[.train].flatMap { try? $0.get() }
    classNamesResult = Result { () throws(DataError) in
      try joining.classNames(train: train)
    }
  }

  /// The names of the classes in the order of their indices.
  ///
  /// They come from `class_names`; else they are the sorted label strings of the
  /// training split; else "0", "1", ... up to its largest label. Empty when the file
  /// has neither names nor training labels.
  ///
  /// - Throws: `DataError` when names or training labels cannot be used.
  public var classNames: [String] {
    get throws { try classNamesResult.get() }
  }

  /// What `split` holds.
  ///
  /// - Throws: `DataError` when the split or its visual features are missing or
  ///   cannot be used.
  public func description(of split: Split) throws -> SplitDescription {
    let layout = try layout(of: split)
    let visual = try layout.visual.get()
    let text = layout.text.flatMap { try? $0.get() }
    return SplitDescription(
      rowCount: visual.rowCount, visualWidth: visual.rowWidth, textWidth: text?.rowWidth,
      hasLabels: layout.labels != nil, hasIDs: layout.ids != nil,
      hasTextMask: layout.textMask != nil, visualType: visual.featureType,
      textType: text?.featureType, chunkRows: max(visual.chunkRows, text?.chunkRows ?? 1))
  }

  /// - Throws: `DataError` when an output at `output` would replace a file that is read.
  package func requireIsNot(_ output: String) throws {
    let linked = layouts.values.compactMap { try? $0.get() }.flatMap(\.datasets)
      .map(\.location.path)
    if Set(paths + linked).contains(where: { FileKind.isSame($0, output) }) {
      throw DataError.cannotWrite(path: output, reason: "it is the file that is read")
    }
  }

  /// - Throws: `DataError` unless the visual features of `split` have `width` columns,
  ///   those of the model that is to score them.
  package func requireVisualWidth(_ width: Int, of split: Split) throws {
    let visual = try layout(of: split).visual.get()
    if visual.rowWidth != width {
      throw DataError.widthDiffersFromModel(
        visual.location, width: visual.rowWidth, modelWidth: width)
    }
  }

  /// The columns of `split`; those of an undivided file are the same for every split.
  func layout(of split: Split) throws(DataError) -> SplitLayout {
    if let layout = layouts[split] { return try layout.get() }
    if files.allSatisfy({ $0.form == .undivided }) {
      return try FileJoining(files: files, layout: layout, text: joinedText).undivided(as: split)
        .get()
    }
    throw missing(split)
  }

  /// The error of a split that is not there.
  func missing(_ split: Split) -> DataError {
    let file = files[0]
    if case .flat(let sources) = file.form, let source = sources.first {
      return .noRowsOfSplit(source, split: split, present: splits)
    }
    if splits.isEmpty { return .unknownLayout(file.base, present: file.names) }
    return .missingSplit(path: shownPath, split: split, present: file.names)
  }
}
