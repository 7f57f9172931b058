// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Memory of the sliced Wasserstein distance for up to a number of pairs.
package final class SlicedWassersteinScratch: @unchecked Sendable {
  /// One modality.
  struct Side {
    fileprivate(set) var logits: MatrixView
    fileprivate(set) var probabilities: MatrixView
    fileprivate(set) var gradient: MatrixView
    /// `[S, n]`, projections on each direction, then ∂L/∂ of them.
    fileprivate(set) var projected: MatrixView

    /// For `count` pairs, of the same memory.
    func first(_ count: Int, logits: MatrixView, gradient: MatrixView) -> Side {
      Side(
        logits: logits, probabilities: probabilities.rows(0..<count), gradient: gradient,
        projected: projected.columns(0..<count))
    }

    func makeProbabilities(_ rows: Range<Int>) {
      SoftmaxRows.forward(logits.rows(rows), into: probabilities.rows(rows))
    }

    func project(_ directions: Range<Int>, _ scratch: SlicedWassersteinScratch) {
      Product.rowsTimesRows(
        scratch.directions.rows(directions), probabilities, into: projected.rows(directions))
    }

    /// From the projections' gradients to those of logits.
    func propagate(_ rows: Range<Int>, _ scratch: SlicedWassersteinScratch) {
      let own = gradient.rows(rows)
      Product.columnsTimesColumns(
        projected.columns(rows), scratch.directions, into: own)
      SoftmaxRows.backward(own, probabilities: probabilities.rows(rows))
    }
  }

  /// Directions a task draws and sorts along.
  private static let perTask = 16
  let taskCount: Int
  /// Rᵀ `[S, C]`.
  let directions: MatrixView
  let visual: Side
  let text: Side
  /// Squared distances along each direction, `[S]`.
  let losses: UnsafeMutablePointer<Double>
  private let allOrders: [RowOrder]
  private let workspace: Workspace
  private let key: RandomKey

  init(_ shape: AlignmentShape, directionCount: Int, key: RandomKey) {
    var workspace = Workspace()
    let directions = workspace.reserve(directionCount, shape.classCount)
    let probabilities = (0..<2).map { _ in workspace.reserve(shape.pairCount, shape.classCount) }
    let projected = (0..<2).map { _ in workspace.reserve(directionCount, shape.pairCount) }
    workspace.make()
    self.workspace = workspace
    self.directions = workspace[directions]
    let sides = (0..<2).map { side in
      let p = workspace[probabilities[side]]
      return Side(
        logits: p, probabilities: p, gradient: p, projected: workspace[projected[side]])
    }
    (visual, text) = (sides[0], sides[1])
    losses = .allocate(capacity: directionCount)
    losses.initialize(repeating: 0, count: directionCount)
    taskCount = (directionCount + Self.perTask - 1) / Self.perTask
    allOrders = (0..<2 * taskCount).map { _ in RowOrder(capacity: shape.pairCount) }
    self.key = key
  }

  deinit { losses.deallocate() }

  func orders(_ task: Int) -> (visual: RowOrder, text: RowOrder) {
    (allOrders[2 * task], allOrders[2 * task + 1])
  }

  /// The directions of a task at a step, each of length 1: direction j is keyed as row j of
  /// the step.
  func draw(_ task: Int, step: Int) -> Range<Int> {
    let first = task * Self.perTask
    let range = first..<min(first + Self.perTask, directions.rowCount)
    let width = directions.columnCount
    for direction in range {
      let r = directions.row(direction)
      key.fillNormal(
        r, count: width, rowKey: RandomKey.trainingRow(step: step, row: direction),
        tag: RandomKey.tag(purpose: RandomPurpose.slicedProjection))
      let norm = marnet_sum_of_squares(r, width).squareRoot()
      marnet_scale(r, r, width, Float(1 / max(norm, UnitRows.smallestNorm)))
    }
    return range
  }
}
