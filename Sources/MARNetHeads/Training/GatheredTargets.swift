// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Targets, weights and text marks of the batch's rows, copied next to each other.
package struct GatheredTargets: @unchecked Sendable {
  package let targets: MatrixView
  package let weights: UnsafeMutablePointer<Float>
  package let hasText: UnsafeMutablePointer<Float>

  struct Slots: Sendable {
    let targets: Workspace.Slot
    let weights: Workspace.Slot
    let hasText: Workspace.Slot
  }

  static func reserve(rows: Int, classes: Int, in workspace: inout Workspace) -> Slots {
    Slots(
      targets: workspace.reserve(rows, classes), weights: workspace.reserve(1, rows),
      hasText: workspace.reserve(1, rows))
  }

  init(_ slots: Slots, in workspace: Workspace) {
    targets = workspace[slots.targets]
    weights = workspace[slots.weights].pointer
    hasText = workspace[slots.hasText].pointer
  }

  func gather(_ batch: TrainingBatch, _ range: Range<Int>) {
    for row in range {
      let source = batch.rows[row]
      targets.row(row).update(from: batch.targets.row(source), count: targets.columnCount)
      weights[row] = batch.weights[source]
      hasText[row] = batch.hasText[source]
    }
  }
}
