// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Memory of `ContrastiveDomainDiscrepancy` for up to a number of pairs.
package final class DiscrepancyScratch: @unchecked Sendable {
  let groups: ClassGroups
  let features: DiscrepancyLayer
  let probabilities: DiscrepancyLayer
  /// Distances of one layer `[m, m]`, then ∂L/∂ of them; within a modality only the blocks of
  /// a class on the diagonal are used, distances above the diagonal.
  let between: MatrixView
  let withinSource: MatrixView
  let withinTarget: MatrixView
  /// 1/γ and the weight of the kernel of class c (row) with the class of row j: `[K, m]`.
  let betweenInverses: MatrixView
  let betweenWeights: MatrixView
  /// For rows of a class, one beside the other: a distance, 1/γ and a weight for each of the K
  /// classes it is compared with, `[m, K]`.
  let withinDistances: MatrixView
  let withinInverses: MatrixView
  let withinWeights: MatrixView
  /// Σ of ∂L/∂ of the distances of each row within its class, `[m]`.
  let sourceTotals: UnsafeMutablePointer<Float>
  let targetTotals: UnsafeMutablePointer<Float>
  /// Sums of distances: of classes c and c′ `[K, K]`, and within each class `[K]`.
  let betweenSums: MatrixView
  let sourceSums: UnsafeMutablePointer<Float>
  let targetSums: UnsafeMutablePointer<Float>
  /// `[K]`.
  let losses: UnsafeMutablePointer<Double>
  let fixedWidth: Float?
  private let workspace: Workspace

  init(_ shape: AlignmentShape, fixedWidth: Float?) {
    self.fixedWidth = fixedWidth
    let (n, most) = (shape.pairCount, ClassGroups.mostGroups(shape))
    var workspace = Workspace()
    let vectors = (0..<2).map { _ in workspace.reserve(1, n) }
    let squares = (0..<3).map { _ in workspace.reserve(n, n) }
    let wide = (0..<2).map { _ in workspace.reserve(most, n) }
    let tall = (0..<3).map { _ in workspace.reserve(n, most) }
    let sums = [
      workspace.reserve(most, most), workspace.reserve(1, most), workspace.reserve(1, most),
    ]
    workspace.make()
    self.workspace = workspace
    let made = workspace
    let vector = vectors.map { made[$0].pointer }
    groups = ClassGroups(shape)
    features = DiscrepancyLayer(rowCount: n, width: shape.width)
    probabilities = DiscrepancyLayer(rowCount: n, width: shape.classCount)
    (between, withinSource, withinTarget) = (made[squares[0]], made[squares[1]], made[squares[2]])
    (betweenInverses, betweenWeights) = (made[wide[0]], made[wide[1]])
    withinDistances = made[tall[0]]
    (withinInverses, withinWeights) = (made[tall[1]], made[tall[2]])
    (sourceTotals, targetTotals) = (vector[0], vector[1])
    betweenSums = made[sums[0]]
    (sourceSums, targetSums) = (made[sums[1]].pointer, made[sums[2]].pointer)
    losses = .allocate(capacity: max(most, 1))
    losses.initialize(repeating: 0, count: max(most, 1))
  }

  deinit { losses.deallocate() }
}
