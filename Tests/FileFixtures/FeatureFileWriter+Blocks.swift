// SPDX-License-Identifier: Apache-2.0

import MARNetData

extension FeatureFileWriter {
  /// Writes a file that holds `rows`, each split in one block.
  package static func write(
    _ rows: [Split: FeatureBlock], classNames: [String], to path: String
  ) throws {
    let writer = try FeatureFileWriter(path: path, classNames: classNames)
    for split in Split.allCases {
      guard let block = rows[split] else { continue }
      try writer.begin(
        split,
        FeatureSplitPlan(
          rowCount: block.rowCount, visualWidth: block.visual.columnCount,
          textWidth: block.text?.columnCount, hasLabels: block.labels != nil,
          idKind: block.ids?.kind, hasTextMask: block.textMask != nil))
      try writer.append(block)
    }
    try writer.finish()
  }
}
