// SPDX-License-Identifier: Apache-2.0

/// How many rows of a split found their text in other files.
public struct FoundText: Sendable, Codable, Equatable {
  /// Which split.
  public let split: Split
  /// Its rows.
  public let rowCount: Int
  /// Rows without text there: their identifier is missing, or the mask says so.
  public let rowsWithoutText: Int

  /// One sentence for people.
  public var description: String {
    rowsWithoutText == 0
      ? "All \(counted(rowCount, "row")) of '\(split.rawValue)' found their text."
      : "\(grouped(rowsWithoutText)) of \(counted(rowCount, "row")) of '\(split.rawValue)' found no "
        + "text."
  }
}

extension FeatureFile {
  /// For each split whose text comes from other files, how many rows found it.
  public var foundText: [FoundText] {
    splits.compactMap { split in
      guard let text = try? layouts[split]?.get().text?.get(), let sources = text.sources else {
        return nil
      }
      return FoundText(
        split: split, rowCount: sources.rows.count,
        rowsWithoutText: sources.rows.count { $0 < 0 })
    }
  }
}
