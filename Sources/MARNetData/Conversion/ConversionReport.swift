// SPDX-License-Identifier: Apache-2.0

/// What a conversion wrote.
public struct ConversionReport: Sendable, Codable, Equatable {
  /// What one split holds.
  public struct SplitContents: Sendable, Codable, Equatable {
    /// Which split.
    public let split: Split
    /// Its rows.
    public let rowCount: Int
    /// Columns of the visual features.
    public let visualWidth: Int
    /// Their stored type.
    public let visualType: FeatureType
    /// Columns of the text features; nil without any.
    public let textWidth: Int?
    /// Their stored type.
    public let textType: FeatureType?
    /// Rows without text.
    public private(set) var rowsWithoutText = 0
    /// Rows without a label.
    public private(set) var unlabelled = 0

    init(_ split: Split, _ plan: FeatureSplitPlan) {
      self.split = split
      rowCount = plan.rowCount
      visualWidth = plan.visualWidth
      visualType = plan.visualType ?? .float32
      textWidth = plan.textWidth
      textType = plan.textWidth == nil ? nil : plan.textType ?? .float32
    }

    mutating func count(_ block: FeatureBlock) {
      rowsWithoutText +=
        block.text == nil ? block.rowCount : block.textMask?.count { !$0 } ?? 0
      unlabelled += block.labels?.count { $0 < 0 } ?? block.rowCount
    }
  }

  /// The file.
  public let output: String
  /// Its splits.
  public internal(set) var splits: [SplitContents]
  /// Classes that it names; 0 where it names none.
  public let namedClasses: Int
  /// What was left out.
  public let notes: [String]

  init(output: String, _ source: any ConversionSource) {
    self.output = output
    splits = source.plans.map { SplitContents($0.split, $0.plan) }
    namedClasses = source.classNames?.count ?? 0
    notes = source.notes
  }
}
