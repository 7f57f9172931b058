// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory of `DistributionMatching` for up to a number of pairs.
package final class DistributionMatchingScratch: @unchecked Sendable {
  /// Of the softmaxes of one direction, each `[n]`.
  struct Softmax {
    let largest: UnsafeMutablePointer<Float>
    /// log Σ exp(· − largest).
    let logSums: UnsafeMutablePointer<Float>
    /// KL(P‖Q).
    let divergences: UnsafeMutablePointer<Float>
  }

  let visual: PackedUnitRows
  let text: PackedUnitRows
  let rows: Softmax
  let columns: Softmax
  /// log(Qᵢⱼ + 1e-8) of pairs of one class, `[n]`, and of pairs of two.
  let logShares: UnsafeMutablePointer<Float>
  let logFloor = Float(log(DistributionMatching.floor))
  /// `[n]`, equal for pairs of one class; a pair without a label has a value of its own.
  let classes: UnsafeMutablePointer<Int32>
  private let groups: ClassGroups
  private let squares: [MatrixView]
  private let workspace: Workspace

  init(_ shape: AlignmentShape, precision: Precision) {
    let n = shape.pairCount
    var workspace = Workspace()
    let units = (0..<2).map { _ in workspace.reserve(n, shape.width) }
    let vectors = (0..<9).map { _ in workspace.reserve(1, n) }
    let squares = (0..<3).map { _ in workspace.reserve(n, n) }
    workspace.make()
    self.workspace = workspace
    let vector = vectors.map { workspace[$0].pointer }
    visual = PackedUnitRows(
      UnitRows(unit: workspace[units[0]], inverseNorms: vector[0]), precision: precision)
    text = PackedUnitRows(
      UnitRows(unit: workspace[units[1]], inverseNorms: vector[1]), precision: precision)
    rows = Softmax(largest: vector[2], logSums: vector[3], divergences: vector[4])
    columns = Softmax(largest: vector[5], logSums: vector[6], divergences: vector[7])
    logShares = vector[8]
    self.squares = squares.map { workspace[$0] }
    groups = ClassGroups(shape)
    classes = .allocate(capacity: max(n, 1))
    classes.initialize(repeating: -1, count: max(n, 1))
  }

  deinit { classes.deallocate() }

  /// S, P or P′ transposed, of n pairs.
  func square(_ index: Int, _ n: Int) -> MatrixView {
    MatrixView(pointer: squares[index].pointer, rowCount: n, columnCount: n)
  }

  /// Who matches whom.
  func fill(_ labels: UnsafePointer<Int32>, count: Int) {
    groups.fill(labels, count: count)
    for pair in 0..<count {
      classes[pair] = -1 - Int32(truncatingIfNeeded: pair)
      logShares[pair] = Self.logShare(1)
    }
    for group in 0..<groups.count {
      let range = groups.range(group)
      let share = Self.logShare(range.count)
      for place in range {
        let pair = groups.pairs[place]
        classes[pair] = Int32(truncatingIfNeeded: group)
        logShares[pair] = share
      }
    }
  }

  /// log(Q + 1e-8) of a pair in a class of `count`.
  private static func logShare(_ count: Int) -> Float {
    Float(log(1 / Double(count) + DistributionMatching.floor))
  }
}
