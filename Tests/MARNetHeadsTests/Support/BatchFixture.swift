// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport

/// Rows in memory and a batch of them.
final class BatchFixture: @unchecked Sendable {
  private let visual: Matrix
  private let text: Matrix
  private let targets: Matrix
  private let weights: AlignedBuffer
  private let hasText: AlignedBuffer
  private let labels: [Int32]
  private let rows: UnsafeMutableBufferPointer<Int>
  private let tokens: TokenFixture?

  /// - Parameter order: the rows of the batch; nil is all of them in order.
  init(
    visual: Matrix, text: Matrix, targets: Matrix, weights: [Float], hasText: [Float],
    labels: [Int32]? = nil, order: [Int]? = nil, tokens: TokenFixture? = nil
  ) {
    self.tokens = tokens
    self.visual = visual
    self.text = text
    self.targets = targets
    self.weights = AlignedBuffer(count: weights.count)
    self.hasText = AlignedBuffer(count: hasText.count)
    self.weights.pointer.update(from: weights, count: weights.count)
    self.labels = labels ?? Self.labels(of: targets, weights: weights)
    self.hasText.pointer.update(from: hasText, count: hasText.count)
    let order = order ?? Array(0..<visual.rowCount)
    rows = .allocate(capacity: order.count)
    _ = rows.initialize(from: order)
  }

  deinit { rows.deallocate() }

  var count: Int { rows.count }

  func withBatch<Result>(_ body: (TrainingBatch) -> Result) -> Result {
    labels.withUnsafeBufferPointer { labels in
      guard let label = labels.baseAddress else { preconditionFailure("a batch needs rows") }
      return body(
        TrainingBatch(
          visual: visual.view, text: text.view, targets: targets.view,
          weights: UnsafePointer(weights.pointer), labels: label,
          hasText: UnsafePointer(hasText.pointer),
          rows: UnsafeBufferPointer(rows), tokens: tokens?.views))
    }
  }

  /// The same batch as rows of its own, in order.
  func gathered() -> BatchFixture {
    let order = Array(rows)
    return BatchFixture(
      visual: visual.rows(at: order), text: text.rows(at: order),
      targets: targets.rows(at: order), weights: order.map { weights.pointer[$0] },
      hasText: order.map { hasText.pointer[$0] }, labels: order.map { labels[$0] },
      tokens: tokens?.rows(at: order))
  }

  /// The rows in some places of the batch, as a batch of their own.
  func places(_ range: Range<Int>) -> BatchFixture {
    BatchFixture(
      visual: visual, text: text, targets: targets,
      weights: (0..<visual.rowCount).map { weights.pointer[$0] },
      hasText: (0..<visual.rowCount).map { hasText.pointer[$0] }, labels: labels,
      order: Array(rows[range]), tokens: tokens)
  }

  /// The same rows with tokens.
  func with(_ tokens: TokenFixture) -> BatchFixture {
    BatchFixture(
      visual: visual, text: text, targets: targets,
      weights: (0..<visual.rowCount).map { weights.pointer[$0] },
      hasText: (0..<visual.rowCount).map { hasText.pointer[$0] }, labels: labels,
      order: Array(rows), tokens: tokens)
  }

  /// The most probable class of each row's target; -1 where it has no weight.
  private static func labels(of targets: Matrix, weights: [Float]) -> [Int32] {
    weights.indices.map { row in
      let values = targets.row(row)
      let best = values.indices.max { values[$0] < values[$1] } ?? 0
      return weights[row] > 0 ? Int32(best) : -1
    }
  }

  /// How many rows have text or a weight.
  enum Marks: String, CaseIterable, Sendable {
    /// Every row has text and weight 1.
    case full
    /// Some rows without text, some of weight 0, some of other weights than 1.
    case masked
    case oneText
    case noText
    case noWeight

    func weight(_ row: Int) -> Float {
      switch self {
      case .masked: [1, 0, 0.5, 2, 1][row % 5]
      case .noWeight: 0
      default: 1
      }
    }

    func hasText(_ row: Int) -> Float {
      switch self {
      case .masked: row % 3 == 1 ? 0 : 1
      case .oneText: row == 0 ? 1 : 0
      case .noText: 0
      default: 1
      }
    }
  }

  /// Random rows; the batch visits `batchSize` of half as many again, out of order.
  static func random(
    batchSize: Int, visual: Int, text: Int, classes: Int, marks: Marks = .masked,
    seed: UInt64 = 1
  ) -> BatchFixture {
    let count = batchSize + batchSize / 2
    let hasText = (0..<count).map { marks.hasText($0) }
    var s = Seeded.normal(count, text, seed: seed &+ 1)
    for row in 0..<count where hasText[row] == 0 {
      for column in 0..<text { s[row, column] = 0 }
    }
    var random = SplitMix(seed: seed)
    // Row 0 stays in the batch: with `oneText` it is the one with text.
    let others = Array((1..<max(count, 1)).shuffled(using: &random).prefix(batchSize - 1))
    return BatchFixture(
      visual: Seeded.normal(count, visual, seed: seed), text: s,
      targets: Seeded.simplex(count, classes, seed: seed &+ 2),
      weights: (0..<count).map { marks.weight($0) }, hasText: hasText, order: others + [0])
  }
}
