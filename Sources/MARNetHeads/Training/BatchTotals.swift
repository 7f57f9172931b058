// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Sums over the rows of a step that scale its losses.
package struct BatchTotals: @unchecked Sendable {
  /// Σ of the weights in the cross-entropies.
  package var weight: Float = 0
  /// Rows that have text.
  package var pairs: Float = 0
  /// Σ of the weights of rows that have text.
  package var textWeight: Float = 0
  /// Rows that have text of each rank; empty where there is one rank.
  package var rankPairs = UnsafeBufferPointer<Int>(start: nil, count: 0)

  init(
    of rows: UnsafeBufferPointer<Int>, weights: UnsafePointer<Float>, hasText: UnsafePointer<Float>
  ) {
    for row in rows {
      weight += weights[row]
      guard hasText[row] > 0 else { continue }
      pairs += 1
      textWeight += weights[row]
    }
  }
}

/// Sums the totals of batches over ranks, without allocating.
///
/// `@unchecked Sendable`: one training at a time uses it.
package final class RankTotals: @unchecked Sendable {
  private let ranks: any RankGroup
  /// Weight, weight of rows with text, then the pairs of each rank.
  private let sums: UnsafeMutableBufferPointer<Double>
  private let pairs: UnsafeMutableBufferPointer<Int>

  package init(_ ranks: any RankGroup) {
    self.ranks = ranks
    sums = .allocate(capacity: 2 + ranks.count)
    sums.initialize(repeating: 0)
    pairs = .allocate(capacity: ranks.count)
    pairs.initialize(repeating: 0)
  }

  deinit {
    sums.deallocate()
    pairs.deallocate()
  }

  /// Gives the batch the totals of all ranks; they are valid until the next call.
  package func add(to batch: inout TrainingBatch) {
    sums.update(repeating: 0)
    sums[0] = Double(batch.totals.weight)
    sums[1] = Double(batch.totals.textWeight)
    sums[2 + ranks.rank] = Double(batch.totals.pairs)
    ranks.sum(sums)
    var count = 0
    for rank in 0..<ranks.count {
      pairs[rank] = Int(sums[2 + rank])
      count += pairs[rank]
    }
    batch.totals.weight = Float(sums[0])
    batch.totals.textWeight = Float(sums[1])
    batch.totals.pairs = Float(count)
    batch.totals.rankPairs = UnsafeBufferPointer(pairs)
  }
}
