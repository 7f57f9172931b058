// SPDX-License-Identifier: Apache-2.0

/// Where each row of a batch stands among the rows that have text.
final class PairPositions: @unchecked Sendable {
  private let starts: UnsafeMutablePointer<Int>
  private let rowCount: Int

  init(rowCount: Int) {
    self.rowCount = rowCount
    starts = .allocate(capacity: rowCount + 1)
    starts.initialize(repeating: 0, count: rowCount + 1)
  }

  deinit { starts.deallocate() }

  func fill(_ batch: TrainingBatch) {
    var count = 0
    for row in 0..<rowCount {
      starts[row] = count
      if batch.hasText[batch.rows[row]] > 0 { count += 1 }
    }
    starts[rowCount] = count
  }

  var pairCount: Int { starts[rowCount] }

  subscript(row: Int) -> Int { starts[row] }

  /// The pairs of the rows in `range`.
  func range(_ rows: Range<Int>) -> Range<Int> {
    starts[rows.lowerBound]..<starts[rows.upperBound]
  }
}
