// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// An open file of paired features: HDF5 with groups `train`, `val`, `test`.
///
/// Each group holds `visual` [N, Dv], optionally `text` [N, Ds], `label` or
/// `labels` [N] (indices from 0, -1 for unlabelled, or class names), `id` [N] and
/// `text_mask` [N]; the root may hold `class_names` [C]. Opening resolves the
/// layout and reads labels and names only; features are read when asked for.
///
/// All methods may be called from any thread; HDF5 itself works one call at a time.
public final class FeatureFile: Sendable {
  /// The path as given.
  public let path: String
  /// The splits that the file has, in the order train, val, test.
  public let splits: [Split]
  /// Whether the file itself names its classes.
  public let namesClasses: Bool

  /// Threads that one call may use to read features.
  let threads: Int
  let file: HDF5File
  let layouts: [Split: Result<SplitLayout, DataError>]
  let rootNames: [String]
  private let classNamesResult: Result<[String], DataError>

  /// Opens the file at `path`.
  ///
  /// - Parameter threads: threads that a call may use to decompress and convert features;
  ///   all available processors when nil. What is read does not depend on it.
  /// - Throws: `DataError` when it is missing, not HDF5, cut short or too new. What
  ///   is wrong with a split is thrown by the calls that need that split.
  public init(path: String, threads: Int? = nil) throws {
    self.path = path
    self.threads = max(1, threads ?? WorkerPool.availableProcessors)
    file = try HDF5File(reading: path)
    let root = try file.root()
    rootNames = try root.names()
    var layouts: [Split: Result<SplitLayout, DataError>] = [:]
    for split in Split.allCases {
      do {
        if let group = try root.group(split.rawValue) {
          layouts[split] = .success(try SplitLayout(split: split, group: group))
        }
      } catch {
        layouts[split] = .failure(error)
      }
    }
    self.layouts = layouts
    splits = Split.allCases.filter { layouts[$0] != nil }
    namesClasses = rootNames.contains("class_names")
    let train = layouts[.train].flatMap { try? $0.get() }
    classNamesResult = Result { () throws(DataError) in
      try ClassNames.resolve(root: root, train: train)
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
      textType: text?.featureType)
  }

  /// - Throws: `DataError` when an output at `output` would replace this very file.
  public func requireIsNot(_ output: String) throws {
    if FileKind.isSame(path, output) {
      throw DataError.cannotWrite(path: output, reason: "it is the file that is read")
    }
  }

  /// - Throws: `DataError` unless the visual features of `split` have `width` columns,
  ///   those of the model that is to score them.
  public func requireVisualWidth(_ width: Int, of split: Split) throws {
    let visual = try layout(of: split).visual.get()
    if visual.rowWidth != width {
      throw DataError.widthDiffersFromModel(
        visual.location, width: visual.rowWidth, modelWidth: width)
    }
  }

  func layout(of split: Split) throws(DataError) -> SplitLayout {
    guard let layout = layouts[split] else {
      throw DataError.missingSplit(path: path, split: split, present: rootNames)
    }
    return try layout.get()
  }
}

extension HDF5Dataset {
  /// The type of a dataset that has passed `DatasetCheck.features`.
  var featureType: FeatureType {
    guard let type = type.featureType else {
      preconditionFailure("\(location) holds \(type.name), not features")
    }
    return type
  }
}
