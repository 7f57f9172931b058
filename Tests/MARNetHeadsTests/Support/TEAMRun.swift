// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport

/// TEAM on single vectors, with parameters and memory of its own.
final class TEAMRun {
  let loss: TEAM
  let block: ParameterBlock
  private let scratch: TEAMScratch

  /// - Parameter capacity: pairs that memory is made for.
  init(_ loss: TEAM, capacity: Int, width: Int, key: RandomKey = RandomKey(seed: 77)) {
    self.loss = loss
    var layout = ParameterLayout()
    scratch = loss.makeScratch(
      AlignmentShape(pairCount: capacity, width: width, classCount: 3), precision: .float32,
      key: key, in: &layout)
    block = ParameterBlock(layout: layout, key: key)
  }

  func evaluate(
    _ visual: Matrix, _ text: Matrix, labels: [Int32], weight: Float = 1, step: Int = 3,
    threads: Int = 1
  ) -> (value: Double, visual: Matrix, text: Matrix) {
    var (du, dv) = (visual, text)
    for (index, _) in du.values.enumerated() where du.columnCount > 0 {
      du[index / du.columnCount, index % du.columnCount] = .nan
      dv[index / dv.columnCount, index % dv.columnCount] = .nan
    }
    var empty = Matrix(rowCount: 0, columnCount: 3)
    let none = empty.mutableView()
    let padded = labels + [-1]
    let value = padded.withUnsafeBufferPointer { labels in
      guard let label = labels.baseAddress else { preconditionFailure("there is a label") }
      return loss.evaluate(
        AlignmentPairs(
          visual: visual.view, text: text.view, visualLogits: none, textLogits: none,
          labels: label, step: step), weight: weight,
        into: AlignmentGradients(
          visual: du.mutableView(), text: dv.mutableView(), visualLogits: none, textLogits: none),
        scratch: scratch, parameters: block, pool: WorkerPool(threads: threads))
    }
    return (value, du, dv)
  }

  /// Small options: projections of `width`.
  static func options(
    width: Int = 6, dropout: Float = 0, negatives: TEAM.Negatives = .shifted(1)
  ) -> TEAM {
    var result = TEAM()
    result.projectionWidth = width
    result.dropout = dropout
    result.negatives = negatives
    return result
  }
}
