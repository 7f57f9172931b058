// SPDX-License-Identifier: Apache-2.0

/// Rows in some layout, block by block as the canonical one holds them.
protocol ConversionSource: Sendable {
  /// The names of the classes that the file is to hold; nil for none.
  var classNames: [String]? { get }
  /// The splits, each with what it will hold.
  var plans: [(split: Split, plan: FeatureSplitPlan)] { get }
  /// What else is worth knowing.
  var notes: [String] { get }
  /// Every file that is read.
  var paths: [String] { get }

  /// The rows in `rows` of `split`.
  ///
  /// - Throws: `DataError` when they cannot be read or used.
  func block(_ split: Split, rows: Range<Int>) throws -> FeatureBlock

  /// At most `rows` rows that are best read together.
  func wholeChunks(_ split: Split, of rows: Int) -> Int
}
