// SPDX-License-Identifier: Apache-2.0

/// What a split will hold, known before its first row is written.
public struct FeatureSplitPlan: Sendable {
  /// Number of rows.
  public var rowCount: Int
  /// Columns of the visual features.
  public var visualWidth: Int
  /// Columns of the text features; nil without text.
  public var textWidth: Int?
  /// Whether there are labels.
  public var hasLabels: Bool
  /// The kind of row identifiers; nil without any.
  public var idKind: RowIDs.Kind?
  /// Whether a mask says which rows have text.
  public var hasTextMask: Bool
  /// The stored type of the visual features; nil: that of the file's options.
  public var visualType: FeatureType?
  /// The same of the text features.
  public var textType: FeatureType?
  /// Tokens, as wide as the features; only with text.
  var tokens: TokenPlan?

  /// Plans a split of `rowCount` rows.
  public init(
    rowCount: Int, visualWidth: Int, textWidth: Int? = nil, hasLabels: Bool = true,
    idKind: RowIDs.Kind? = nil, hasTextMask: Bool = false
  ) {
    self.rowCount = rowCount
    self.visualWidth = visualWidth
    self.textWidth = textWidth
    self.hasLabels = hasLabels
    self.idKind = idKind
    self.hasTextMask = hasTextMask
  }

  /// Traps unless `block` can follow the first `nextRow` rows.
  func check(_ block: FeatureBlock, nextRow: Int) {
    let rows = block.rowCount
    precondition(
      nextRow + rows <= rowCount, "\(nextRow + rows) rows for a split of \(rowCount)")
    precondition(
      block.visual.columnCount == visualWidth && block.text?.columnCount == textWidth
        && (block.labels != nil) == hasLabels && block.ids?.kind == idKind
        && (block.textMask != nil) == hasTextMask && (block.tokens != nil) == (tokens != nil),
      "a block holds other datasets or widths than its split was planned with")
    let counts = [
      block.text?.rowCount, block.labels?.count, block.ids?.count, block.textMask?.count,
    ]
    precondition(
      counts.allSatisfy { $0 ?? rows == rows },
      "a block of \(rows) rows with text, label, id and mask of \(counts) rows")
  }
}

/// The tokens that a split will hold.
struct TokenPlan: Sendable {
  /// Tokens of a row: Lv and Lt.
  let visualCount: Int
  let textCount: Int
  let visualType: FeatureType
  let textType: FeatureType
}

/// How the datasets of a feature file are stored.
public struct FeatureFileOptions: Sendable {
  /// The type of visual and text features, one of `FeatureType.writable`.
  public var type: FeatureType
  /// gzip level 1 to 9; nil stores without compression, in one piece.
  public var gzipLevel: Int?
  /// Rows of one chunk; nil means about 1 MiB where chunks are needed.
  public var chunkRows: Int?

  /// Stores float32 in one piece unless told otherwise.
  public init(type: FeatureType = .float32, gzipLevel: Int? = nil, chunkRows: Int? = nil) {
    self.type = type
    self.gzipLevel = gzipLevel
    self.chunkRows = chunkRows
  }

  func storage(rowBytes: Int) -> NewDatasetStorage {
    guard gzipLevel != nil || chunkRows != nil else { return NewDatasetStorage() }
    return NewDatasetStorage(
      chunkRows: chunkRows ?? max(1, (1 << 20) / max(1, rowBytes)), gzipLevel: gzipLevel)
  }
}
