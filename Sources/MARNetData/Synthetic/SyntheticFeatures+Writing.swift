// SPDX-License-Identifier: Apache-2.0

extension SyntheticFeatures {
  /// Rows that are made and written at a time.
  private static let blockRows = 1024

  /// Writes all splits to `path`; memory does not grow with the number of rows.
  ///
  /// The file says in its attributes that its features are synthetic.
  ///
  /// - Throws: `DataError` when the file cannot be written.
  public func write(
    to path: String, options: FeatureFileOptions = FeatureFileOptions(),
    attributes: [String: String] = [:]
  ) throws {
    var attributes = attributes
    attributes["description"] =
      "Synthetic features: class codes seen clearly in text, and under nuisance in visual"
    attributes["seed"] = String(parameters.seed)
    let writer = try FeatureFileWriter(
      path: path, classNames: classNames, attributes: attributes, options: options)
    for split in Split.allCases where parameters.rowCount(of: split) > 0 {
      let count = parameters.rowCount(of: split)
      try writer.begin(
        split,
        FeatureSplitPlan(
          rowCount: count, visualWidth: parameters.visualWidth,
          textWidth: parameters.textWidth, idKind: .strings,
          hasTextMask: parameters.textFraction < 1))
      for start in stride(from: 0, to: count, by: Self.blockRows) {
        try writer.append(block(split, rows: start..<min(count, start + Self.blockRows)))
      }
    }
    try writer.finish()
  }

  /// All rows of `split` in memory, paired and checked.
  ///
  /// - Throws: `DataError` when the split has no rows.
  public func pairedRows(_ split: Split) throws -> PairedRows {
    let block = block(split, rows: 0..<parameters.rowCount(of: split))
    return try PairedRows(
      visual: block.visual, text: block.text, hasText: block.textMask,
      labels: block.labels ?? [], ids: block.ids, classNames: classNames)
  }
}
