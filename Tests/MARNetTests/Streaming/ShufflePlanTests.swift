// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import Testing

@Suite struct ShufflePlanTests {
  private func plan(
    _ rowCount: Int, rowBytes: Int = 100, chunkRows: Int = 1, seed: UInt64 = 1,
    _ change: (inout TrainingOptions) -> Void = { _ in }
  ) -> ShufflePlan {
    var options = TrainingOptions()
    options.batchSize = 8
    change(&options)
    return ShufflePlan(
      rowCount: rowCount, rowBytes: rowBytes, chunkRows: chunkRows, options: options,
      key: RandomKey(seed: seed))
  }

  /// The rows of an epoch in their order.
  private func rows(_ plan: ShufflePlan, epoch: Int) -> [Int] {
    var order: [Int] = []
    return plan.windows(epoch: epoch).enumerated().flatMap { index, window in
      plan.order(of: window, index: index, epoch: epoch, into: &order)
      return order.map { window.row($0) }
    }
  }

  @Test(arguments: [(1, 8, 1), (7, 8, 3), (64, 8, 4), (100, 24, 5), (101, 16, 16), (999, 100, 7)])
  func everyRowComesOnceAnEpoch(rowCount: Int, window: Int, slab: Int) {
    let plan = plan(rowCount) {
      $0.shuffleRows = window
      $0.slabRows = slab
    }
    var seen: Set<[Int]> = []
    for epoch in 0..<4 {
      let order = rows(plan, epoch: epoch)
      #expect(order.sorted() == Array(0..<rowCount))
      #expect(rows(plan, epoch: epoch) == order)
      seen.insert(order)
    }
    #expect(rowCount < 8 || seen.count == 4, "epochs have orders of their own")
  }

  @Test(arguments: [1, 3, 5, 40]) func windowsAreOfWholeSlabs(slab: Int) {
    let plan = plan(500) {
      $0.shuffleRows = 8
      $0.slabRows = slab
    }
    let counts = plan.windows(epoch: 0).map(\.rowCount)
    #expect(counts.allSatisfy { $0 <= max(8, slab) })
    #expect(counts.reduce(0, +) == 500 && counts.max() == plan.windowRows)
    #expect(counts.count == plan.windowCount)
  }

  @Test func fewRowsAreShuffledWhole() {
    #expect(plan(4_000_000).windowCount == 1)
    let many = plan(5_000_000)
    #expect(many.windowCount > 1)
    // 128 MiB of rows in slabs of 256 KiB.
    #expect(abs(many.windowRows - (128 << 20) / 100) < many.slabRows)
    #expect(many.slabRows == (256 << 10) / 100 + 1)
  }

  @Test func slabsAreWholeChunks() {
    let plan = plan(5_000_000, chunkRows: 700)
    #expect(plan.slabRows % 700 == 0 && plan.slabRows >= (256 << 10) / 100)
    // A chunk that fills a window still leaves enough of them to mix.
    let tall = self.plan(50_000_000, chunkRows: 1_000_000)
    #expect(tall.slabRows == 1_000_000 && tall.windowSlabs == 16)
  }

  /// Rows sorted by class: a window draws its slabs from all over the file.
  @Test func windowsMixTheWholeFile() {
    let plan = plan(10_000) {
      $0.shuffleRows = 1_000
      $0.slabRows = 10
    }
    var order: [Int] = []
    for (index, window) in plan.windows(epoch: 0).enumerated() {
      plan.order(of: window, index: index, epoch: 0, into: &order)
      let tenths = Set(order.map { window.row($0) / 1_000 })
      #expect(tenths.count == 10)
      let first = Set(order.prefix(64).map { window.row($0) / 1_000 })
      #expect(first.count > 7, "a batch mixes them")
    }
  }
}
