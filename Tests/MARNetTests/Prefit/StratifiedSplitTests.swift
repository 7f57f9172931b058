// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import Testing

@Suite struct StratifiedSplitTests {
  private let labels: [Int32] = (0..<53).map { Int32($0 % 3) } + [3, 4, 4, -1, -1]

  @Test func holdsOutAFractionOfEachClass() {
    let held = StratifiedSplit.holdOut(
      labels: labels, fraction: 0.2, key: RandomKey(seed: 1))
    #expect(held == held.sorted() && Set(held).count == held.count)
    let counts = (0..<5).map { label in held.count { labels[$0] == label } }
    // 18, 18 and 17 rows: round(3.6), round(3.6), round(3.4); one row stays; two give one.
    #expect(counts == [4, 4, 3, 0, 1])
    #expect(!held.contains { labels[$0] < 0 })
  }

  @Test func theSeedDecides() {
    func held(_ seed: UInt64) -> [Int] {
      StratifiedSplit.holdOut(labels: labels, fraction: 0.2, key: RandomKey(seed: seed))
    }
    #expect(held(1) == held(1))
    #expect(held(1) != held(2))
  }

  @Test(arguments: [(5, 5), (3, 3)])
  func foldsPartitionTheRows(most: Int, expected: Int) {
    let labels = (0..<53).map { Int32($0 % 3) }
    let folds = StratifiedSplit.folds(labels: labels, most: most, key: RandomKey(seed: 2))
    #expect(folds.count == expected)
    #expect(folds.flatMap { $0 }.sorted() == Array(0..<53))
    for fold in folds {
      for label in 0..<3 {
        let share = fold.count { labels[$0] == label }
        #expect(abs(share - 53 / 3 / expected) <= 2, "balanced")
      }
    }
  }

  @Test func neverMoreFoldsThanTheRarestClassHasRows() {
    let rare: [Int32] = [0, 0, 0, 0, 0, 0, 1, 1, 1]
    #expect(StratifiedSplit.folds(labels: rare, most: 5, key: RandomKey(seed: 1)).count == 3)
    let single: [Int32] = [0, 0, 0, 0, 1]
    #expect(StratifiedSplit.folds(labels: single, most: 5, key: RandomKey(seed: 1)).count == 2)
  }
}
