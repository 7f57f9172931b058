// SPDX-License-Identifier: Apache-2.0

/// What synthetic features are made of.
public struct SyntheticParameters: Sendable, Equatable, Codable {
  /// Training rows; at least one a class.
  public var trainRows = 2_000
  /// Validation rows; 0 leaves the split out.
  public var valRows = 0
  /// Test rows; 0 leaves the split out.
  public var testRows = 1_000
  /// Number of classes, C.
  public var classCount = 10
  /// Columns of the visual features.
  public var visualWidth = 128
  /// Columns of the text features.
  public var textWidth = 32
  /// The share of training rows that keep their label, above 0, at most 1; every class
  /// keeps at least one.
  public var labelledFraction = 1.0
  /// The share of training and validation rows that have text, above 0, at most 1.
  public var textFraction = 1.0
  /// Same seed, same features.
  public var seed: UInt64 = 0

  /// 2,000 training and 1,000 test rows of 10 classes, every label and every text kept.
  public init() {}

  /// Rows of `split`.
  package func rowCount(of split: Split) -> Int {
    switch split {
    case .train: trainRows
    case .val: valRows
    case .test: testRows
    }
  }

  /// - Throws: `DataError` of kind `configuration` for the first value out of range.
  package func check() throws {
    func require(_ holds: Bool, _ name: String, _ value: String, _ needed: String) throws {
      if !holds { throw DataError.parameterOutOfRange(name: name, value: value, needed: needed) }
    }
    let most = 1 << 40
    try require(
      2...1_000_000 ~= classCount, "classes", grouped(classCount), "2 to 1,000,000")
    try require(
      classCount...most ~= trainRows, "training rows", grouped(trainRows),
      "at least one a class: \(grouped(classCount)) or more")
    try require(0...most ~= valRows, "validation rows", grouped(valRows), "0 or more")
    try require(0...most ~= testRows, "test rows", grouped(testRows), "0 or more")
    try require(
      1...1_000_000 ~= visualWidth, "visual width", grouped(visualWidth), "1 to 1,000,000")
    try require(
      1...1_000_000 ~= textWidth, "text width", grouped(textWidth), "1 to 1,000,000")
    try require(
      labelledFraction > 0 && labelledFraction <= 1, "labelled fraction", "\(labelledFraction)",
      "above 0, at most 1")
    try require(
      textFraction > 0 && textFraction <= 1, "text fraction", "\(textFraction)",
      "above 0, at most 1")
  }
}
