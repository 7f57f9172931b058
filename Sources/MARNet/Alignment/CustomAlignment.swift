// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// A caller's loss as one that networks are trained with.
struct CustomAlignment: AlignmentLoss {
  /// It keeps nothing between steps.
  struct Scratch: Sendable {}

  let loss: any CustomAlignmentLoss

  func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> Scratch { Scratch() }

  func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: Scratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    guard pairs.count > 0 else { return 0 }
    let batch = AlignmentBatch(
      visual: pairs.visual.matrix(), text: pairs.text.matrix(),
      labels: Array(UnsafeBufferPointer(start: pairs.labels, count: pairs.count)),
      step: pairs.step)
    let result = loss.valueWithGradients(batch)
    write(result.visual, times: weight, into: gradients.visual)
    write(result.text, times: weight, into: gradients.text)
    return Double(weight) * result.value
  }

  private func write(_ gradient: Matrix, times weight: Float, into target: MatrixView) {
    precondition(
      gradient.view.shape == target.shape,
      """
      alignment loss '\(loss.name)': a gradient needs the shape \(target.shape) of the rows; \
      got \(gradient.view.shape)
      """)
    for row in 0..<target.rowCount {
      let (from, to) = (gradient.view.row(row), target.row(row))
      for column in 0..<target.columnCount { to[column] = weight * from[column] }
    }
    withExtendedLifetime(gradient) {}
  }
}
