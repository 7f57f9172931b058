// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// InfoNCE over the pairs of several ranks is InfoNCE over all pairs.
@Suite struct GlobalInfoNCETests {
  private static let width = 24

  /// Loss and gradients of some pairs.
  private struct Outcome: Sendable {
    var loss: Double
    var visual: [Float]
    var text: [Float]
  }

  private static func evaluate(
    _ loss: some AlignmentLoss, _ visual: Matrix, _ text: Matrix, capacity: Int,
    rankCounts: [Int] = []
  ) -> Outcome {
    var layout = ParameterLayout()
    let scratch = loss.makeScratch(
      AlignmentShape(pairCount: capacity, width: width, classCount: 3), precision: .float32,
      key: RandomKey(seed: 1), in: &layout)
    let labels = [Int32](repeating: 0, count: visual.rowCount + 1)
    var dv = Matrix(rowCount: visual.rowCount, columnCount: width)
    var dt = dv
    let none = MatrixView(pointer: dv.view.pointer, rowCount: 0, columnCount: 3)
    let value = rankCounts.withUnsafeBufferPointer { counts in
      labels.withUnsafeBufferPointer { labels -> Double in
        guard let base = labels.baseAddress else { return .nan }
        return loss.evaluate(
          AlignmentPairs(
            visual: visual.view, text: text.view, visualLogits: none, textLogits: none,
            labels: base, step: 0, rankCounts: counts),
          weight: 0.7,
          into: AlignmentGradients(
            visual: dv.mutableView(), text: dt.mutableView(), visualLogits: none,
            textLogits: none), scratch: scratch,
          parameters: ParameterBlock(layout: layout, key: RandomKey(seed: 1)),
          pool: WorkerPool(threads: 2))
      }
    }
    return Outcome(loss: value, visual: dv.values, text: dt.values)
  }

  /// Uneven ranks, one without any pair, and a block of more than 64 rows.
  @Test(arguments: [[5, 9], [70, 1, 80], [40, 0, 3, 4], [0, 2], [1, 0]])
  func ranksTogetherAreTheWhole(counts: [Int]) throws {
    let total = counts.reduce(0, +)
    let visual = Seeded.normal(total, Self.width, seed: 3)
    let text = Seeded.normal(total, Self.width, seed: 4)
    let loss = InfoNCE(temperature: 0.2)
    let whole = Self.evaluate(loss, visual, text, capacity: max(total, 2))
    let parts = try ThreadRanks.run(counts.count) { ranks in
      let first = counts[..<ranks.rank].reduce(0, +)
      let own = Array(first..<first + counts[ranks.rank])
      return Self.evaluate(
        GlobalInfoNCE(loss, ranks: ranks, batchSize: total + 3), visual.rows(at: own),
        text.rows(at: own), capacity: own.count, rankCounts: counts)
    }
    #expect(abs(parts.reduce(0) { $0 + $1.loss } - whole.loss) < 1e-6 * max(1, whole.loss))
    expectClose(parts.flatMap(\.visual), whole.visual, tolerance: 1e-6)
    expectClose(parts.flatMap(\.text), whole.text, tolerance: 1e-6)
  }
}
