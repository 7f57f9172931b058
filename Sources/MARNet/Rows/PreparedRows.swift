// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Rows as training uses them: all or some of a source's rows, both modalities standardised
/// when they are read, labels and text marks beside. Taking some of the rows copies none.
package struct PreparedRows: Sendable {
  /// Of all rows of the source, as are the two below.
  package let visual: StandardizedRows
  /// 0 in rows without text.
  package let text: StandardizedRows
  /// Nil where none were read.
  package let tokens: PreparedTokens?
  /// The rows of the source that these are, ascending; nil means all.
  package let positions: [Int32]?
  /// `[n]`, hashes of the visual rows as they were read: the keys of their noise.
  package let keys: [UInt64]
  package let hasText: [Bool]
  package let labels: [Int32]
  package let classCount: Int
  /// Nil where every row counts once.
  package private(set) var classWeights: ClassWeightTable?

  package var rowCount: Int { labels.count }

  /// Those that each have a part of the rows.
  package var ranks: any RankGroup { visual.rows.ranks }

  /// Whether every row lies in memory.
  package var isResident: Bool { visual.rows is StoredRows && text.rows is StoredRows }

  /// Positions of the rows that have a label.
  package var labelledRows: [Int] { labels.indices.filter { labels[$0] >= 0 } }

  package init(
    visual: StandardizedRows, text: StandardizedRows, tokens: PreparedTokens?, keys: [UInt64],
    hasText: [Bool], labels: [Int32], classCount: Int
  ) {
    self.init(
      visual: visual, text: text, tokens: tokens, positions: nil, keys: keys, hasText: hasText,
      labels: labels, classCount: classCount)
  }

  /// Rows in memory that are used as they are.
  package init(
    visual: Matrix, text: Matrix?, hasText: [Bool], labels: [Int32], classCount: Int
  ) {
    self.init(
      visual: StandardizedRows(StoredRows(visual), standardizer: nil),
      text: StandardizedRows(
        StoredRows(text ?? Matrix(rowCount: labels.count, columnCount: 1)), standardizer: nil,
        isPresent: hasText), tokens: nil, keys: [UInt64](repeating: 0, count: labels.count),
      hasText: hasText, labels: labels, classCount: classCount)
  }

  private init(
    visual: StandardizedRows, text: StandardizedRows, tokens: PreparedTokens?,
    positions: [Int32]?, keys: [UInt64], hasText: [Bool], labels: [Int32], classCount: Int
  ) {
    self.visual = visual
    self.text = text
    self.tokens = tokens
    self.positions = positions
    self.keys = keys
    self.hasText = hasText
    self.labels = labels
    self.classCount = classCount
  }

  /// The row of the source that row `row` is.
  @inline(__always)
  package func source(_ row: Int) -> Int { positions.map { Int($0[row]) } ?? row }

  /// Which of the rows are those of the source in `range`.
  func rows(ofSource range: Range<Int>) -> Range<Int> {
    guard let positions else { return range }
    let (first, end) = (Int32(range.lowerBound), Int32(range.upperBound))
    return positions.insertionIndex(of: first)..<positions.insertionIndex(of: end)
  }

  /// The rows at `indices`, ascending.
  package func rows(at indices: [Int]) -> PreparedRows {
    var result = PreparedRows(
      visual: visual, text: text, tokens: tokens,
      positions: indices.map { Int32(source($0)) }, keys: indices.map { keys[$0] },
      hasText: indices.map { hasText[$0] }, labels: indices.map { labels[$0] },
      classCount: classCount)
    result.classWeights = classWeights
    return result
  }

  /// These rows, weighted by class.
  package func weighted(by weights: ClassWeightTable?) -> PreparedRows {
    var result = self
    result.classWeights = weights
    return result
  }

  /// Standardised images of the rows at `indices`, ascending, or of all: `[n, Dv]`.
  package func visualMatrix(at indices: [Int]? = nil, pool: WorkerPool) throws -> Matrix {
    try visual.matrix(at: (indices ?? Array(0..<rowCount)).map(source), pool: pool)
  }

  /// The same with the keys of the rows' noise.
  package func keyed(at indices: [Int]? = nil, pool: WorkerPool) throws -> KeyedRows {
    KeyedRows(
      visual: try visualMatrix(at: indices, pool: pool),
      keys: indices?.map { keys[$0] } ?? keys)
  }

  /// The labelled rows at `indices` for linear fits on images.
  func images(at indices: [Int]) throws -> SampleRows {
    try SampleRows(visual, at: indices.map(source))
  }

  /// The rows at `indices` for linear fits on text.
  func texts(at indices: [Int]) throws -> SampleRows {
    try SampleRows(text, at: indices.map(source))
  }
}
