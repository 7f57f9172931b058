// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Memory of `SimultaneousSemanticAlignment` for up to a number of pairs.
package final class SemanticAlignmentScratch: @unchecked Sendable {
  let groups: ClassGroups
  let visual: UnitRows
  let text: UnitRows
  /// softmax(z_v) and softmax(z_s / 5), `[n, C]`.
  let answers: MatrixView
  let targets: MatrixView
  /// q, and the means of log(softmax(z_v) + 1e-5), of each class present `[K, C]`.
  let meanTargets: MatrixView
  let meanLogs: MatrixView
  /// μ_t − μ_s of each class present, `[K, d]`.
  let differences: MatrixView
  /// `[K]`.
  let losses: UnsafeMutablePointer<Double>
  private let workspace: Workspace

  init(_ shape: AlignmentShape) {
    let (n, classes) = (shape.pairCount, shape.classCount)
    let most = ClassGroups.mostGroups(shape)
    var workspace = Workspace()
    let units = (0..<2).map { _ in workspace.reserve(n, shape.width) }
    let norms = (0..<2).map { _ in workspace.reserve(1, n) }
    let probabilities = (0..<2).map { _ in workspace.reserve(n, classes) }
    let means = (0..<2).map { _ in workspace.reserve(most, classes) }
    let differences = workspace.reserve(most, shape.width)
    workspace.make()
    self.workspace = workspace
    groups = ClassGroups(shape)
    visual = UnitRows(unit: workspace[units[0]], inverseNorms: workspace[norms[0]].pointer)
    text = UnitRows(unit: workspace[units[1]], inverseNorms: workspace[norms[1]].pointer)
    answers = workspace[probabilities[0]]
    targets = workspace[probabilities[1]]
    meanTargets = workspace[means[0]]
    meanLogs = workspace[means[1]]
    self.differences = workspace[differences]
    losses = .allocate(capacity: max(most, 1))
    losses.initialize(repeating: 0, count: max(most, 1))
  }

  deinit { losses.deallocate() }
}
