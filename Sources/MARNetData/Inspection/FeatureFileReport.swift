// SPDX-License-Identifier: Apache-2.0

/// What is in a feature file, as far as it could be read.
public struct FeatureFileReport: Sendable, Codable, Equatable {
  /// The path as given.
  public var path: String
  /// How each file was understood.
  public var layouts: [LayoutReport]
  /// How the files might be meant, where `fit` would refuse them for their names or their rank.
  public var proposal: LayoutProposal?
  /// The names of the classes; empty when they cannot be told.
  public var classNames: [String]
  /// Whether the file itself names its classes.
  public var namesClasses: Bool
  /// The splits that are there, in the order train, val, test.
  public var splits: [SplitReport]
  /// Everything that `fit` would refuse, in its words; empty when it would not.
  public var problems: [String]
  /// What else is worth knowing, such as what `score` would refuse.
  public var notes: [String]
  /// The files beside manifests, where there are any.
  public var manifests: [ManifestComparison]?
}

/// What one split holds.
public struct SplitReport: Sendable, Codable, Equatable {
  /// Which split.
  public var split: Split
  /// Rows; nil when the visual features cannot be used.
  public var rowCount: Int?
  /// Columns of the visual features.
  public var visualWidth: Int?
  /// Columns of the text features; nil without any that can be used.
  public var textWidth: Int?
  /// Every dataset beside the visual features, known to MARNet or not.
  public var datasets: [DatasetReport] = []
  /// The balance of classes; nil without labels that can be used.
  public var classes: ClassBalance?
  /// Rows without text: all when the split has none.
  public var rowsWithoutText: Int?
  /// Rows whose visual features hold a NaN or an infinity.
  public var nonFiniteVisualRows: Int?
  /// Rows with text whose text features hold a NaN or an infinity.
  public var nonFiniteTextRows: Int?
  /// Different text vectors among the rows with text.
  public var uniqueTextVectors: Int?
  /// Different visual vectors.
  public var uniqueVisualVectors: Int?
  /// Rows whose visual vector also stands in the training split; nil for that itself.
  public var visualRowsAlsoInTrain: Int?
}

/// How one dataset is stored.
public struct DatasetReport: Sendable, Codable, Equatable {
  /// The file, where it is not the first.
  public var file: String?
  /// The path in the file, such as "/train/visual".
  public var path: String
  /// The sizes; nil when it holds no value at all.
  public var shape: [Int]?
  /// The stored type, such as "float16" or "big-endian int64".
  public var type: String
  /// The sizes of a chunk; nil when it lies in one piece.
  public var chunkShape: [Int]?
  /// The filters, such as "shuffle" and "gzip 4".
  public var filters: [String]
  /// Bytes in the file, after compression.
  public var byteCount: Int
  /// Whether MARNet reads it.
  public var isUsed: Bool
}

/// How rows spread over classes.
public struct ClassBalance: Sendable, Codable, Equatable {
  /// Rows with a label.
  public var labelled: Int
  /// Rows without one (-1, or an empty name).
  public var unlabelled: Int
  /// Labelled rows of each class, in the order of the class names.
  public var counts: [Int]
  /// The name of the class with the fewest rows.
  public var rarest: String
  /// Labelled rows of the rarest class.
  public var rarestCount: Int
  /// The name of the class with the most rows.
  public var largest: String
  /// Labelled rows of the largest class.
  public var largestCount: Int

  /// Counts `labels`; nil without classes.
  package init?(labels: [Int32], classNames: [String]) {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels where label >= 0 { counts[Int(label)] += 1 }
    guard let fewest = counts.min(), let most = counts.max(),
      let rarest = counts.firstIndex(of: fewest), let largest = counts.firstIndex(of: most)
    else { return nil }
    self.counts = counts
    labelled = counts.reduce(0, +)
    unlabelled = labels.count - labelled
    (self.rarest, rarestCount) = (classNames[rarest], fewest)
    (self.largest, largestCount) = (classNames[largest], most)
  }
}
