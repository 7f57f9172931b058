// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The cut of the training rows into parts of neighbours that are shuffled on their own and each
/// give their share of every batch. A rank has one part or several; what is trained does not depend
/// on which.
struct RowParts: Sendable {
  /// Of all parts.
  let rowCount: Int
  /// P.
  let count: Int

  /// Rows of a part.
  func rows(_ part: Int) -> Range<Int> {
    rowCount * part / count..<rowCount * (part + 1) / count
  }

  /// Parts of a rank.
  func parts(of rank: Int, among rankCount: Int) -> Range<Int> {
    count * rank / rankCount..<count * (rank + 1) / rankCount
  }

  /// Rows of each rank, in the order of the ranks.
  func rowsOfRanks(_ rankCount: Int) -> [Range<Int>] {
    (0..<rankCount).map { rank in
      let parts = parts(of: rank, among: rankCount)
      return rowCount * parts.lowerBound / count..<rowCount * parts.upperBound / count
    }
  }
}
