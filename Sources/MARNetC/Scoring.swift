// SPDX-License-Identifier: Apache-2.0

import CMARNet
import MARNet
import MARNetData
import MARNetDense

/// Rows that are scored at a time; no effect on the scores.
private let blockRows = 8_192

/// As `marnet.h` says.
@c @implementation
public func marnet_score(
  _ model: OpaquePointer!, _ visual: UnsafePointer<marnet_matrix>!,
  _ options: UnsafePointer<CChar>!, _ probabilities: UnsafeMutablePointer<Float>!,
  _ predictions: UnsafeMutablePointer<Int32>!, _ embedding: UnsafeMutablePointer<Float>!,
  _ reconstruction: UnsafeMutablePointer<Float>!
) -> Int32 {
  CallText.answering {
    let handle = try ModelHandles.handle(model)
    let rows = try CallerRows(visual, named: "visual")
    guard rows.columnCount == handle.model.visualWidth else {
      throw ModelError.widthDiffers(found: rows.columnCount, needed: handle.model.visualWidth)
    }
    let call = try ScoringCall(
      options, includesFeatures: embedding != nil || reconstruction != nil)
    let blocks = stride(from: 0, to: rows.rowCount, by: blockRows).map {
      $0..<min($0 + blockRows, rows.rowCount)
    }
    try handle.withScorer(call) { scorer in
      func score(_ range: Range<Int>, _ block: MatrixView) throws {
        let scores = try shifting(range.lowerBound) { try scorer.score(block) }
        copy(scores.probabilities, into: probabilities, at: range.lowerBound)
        copy(scores.embedding, into: embedding, at: range.lowerBound)
        copy(scores.reconstruction, into: reconstruction, at: range.lowerBound)
        if let predictions {
          for (place, value) in scores.predictions.enumerated() {
            predictions[range.lowerBound + place] = value
          }
        }
      }
      if let view = rows.view {
        for range in blocks { try score(range, view.rows(range)) }
      } else {
        // The next block is copied while this one is scored.
        try ReadAhead.forEach(blocks) {
          rows.matrix($0)
        } consume: { range, block in
          try withExtendedLifetime(block) { try score(range, block.view) }
        }
      }
    }
  }
}

private func copy(_ values: Matrix?, into target: UnsafeMutablePointer<Float>?, at row: Int) {
  guard let values, let target else { return }
  values.withUnsafeBufferPointer { source in
    guard let base = source.baseAddress else { return }
    (target + row * values.columnCount).update(from: base, count: source.count)
  }
}

/// Errors count rows from the beginning of the call, not of the block.
private func shifting(_ first: Int, _ score: () throws -> Scores) throws -> Scores {
  do {
    return try score()
  } catch ModelError.notFinite(let row, let column) {
    throw ModelError.notFinite(row: first + row, column: column)
  }
}
