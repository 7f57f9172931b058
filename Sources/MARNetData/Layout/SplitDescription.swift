// SPDX-License-Identifier: Apache-2.0

/// What a split holds, known without reading its values.
public struct SplitDescription: Sendable, Equatable {
  /// Number of rows.
  public let rowCount: Int
  /// Columns of the visual features.
  public let visualWidth: Int
  /// Columns of the text features; nil without any that can be used.
  public let textWidth: Int?
  /// Whether there are labels.
  public let hasLabels: Bool
  /// Whether there are row identifiers.
  public let hasIDs: Bool
  /// Whether a mask says which rows have text.
  public let hasTextMask: Bool
  /// The stored type of the visual features.
  public let visualType: FeatureType
  /// The stored type of the text features; nil without text.
  public let textType: FeatureType?
  /// Rows of the tallest chunk of the features; 1 where they are not chunked.
  public let chunkRows: Int
}
