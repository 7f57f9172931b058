// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The rows of a logistic regression, packed once as the right operand of both products of an
/// evaluation: logits Zᵀ = W Xᵀ and gradient G = Rᵀ X. The plain rows are not kept.
package struct LogisticRows: Sendable {
  /// Xᵀ, `[r, n]`.
  let forward: PackedMatrix
  /// X, `[n, r]`.
  let backward: PackedMatrix
  /// Classes counted from 0 without gaps, `[n]`.
  let labels: [Int32]
  /// Weight of a row of each class, `[C]`; nil where every row counts once.
  let classWeights: [Float]?
  /// Weight of all rows of each class, above 0: `[C]`; their number where each counts once.
  let classMasses: [Double]
  /// Σ of `classMasses`.
  let mass: Double

  var count: Int { labels.count }
  var width: Int { backward.columnCount }
  var classCount: Int { classMasses.count }

  /// Calls `body` with the weights of the classes, or nil.
  func withClassWeights(_ body: (UnsafePointer<Float>?) -> Void) {
    guard let classWeights else { return body(nil) }
    classWeights.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  private static let blockRows = 256

  /// - Parameters:
  ///   - width: r.
  ///   - labels: classes of the n rows.
  ///   - classWeights: `[C]`; nil counts every row once.
  ///   - fill: writes the coordinates of some of the rows, `[rows.count, r]`; called on any
  ///     thread.
  package init(
    width: Int, labels: [Int32], classCount: Int, classWeights: [Double]? = nil,
    pool: WorkerPool,
    fill: (_ rows: Range<Int>, _ target: MatrixView) -> Void
  ) {
    self.labels = labels
    var sizes = [Int](repeating: 0, count: classCount)
    for label in labels { sizes[Int(label)] += 1 }
    let weights = classWeights?.map { Float($0) }
    self.classWeights = weights
    classMasses = sizes.indices.map { Double(sizes[$0]) * Double(weights?[$0] ?? 1) }
    mass = classMasses.reduce(0, +)
    let count = labels.count
    let forward = PackedMatrix(innerCount: width, columnCount: count, precision: .float32)
    let backward = PackedMatrix(innerCount: count, columnCount: width, precision: .float32)
    pool.forEach((count + Self.blockRows - 1) / Self.blockRows) { block, _ in
      let range = block * Self.blockRows..<min((block + 1) * Self.blockRows, count)
      var workspace = Workspace()
      let slot = workspace.reserve(range.count, width)
      workspace.make()
      fill(range, workspace[slot])
      forward.pack(workspace[slot], at: range.lowerBound, .transposed)
      backward.pack(workspace[slot], at: range.lowerBound, .straight)
      withExtendedLifetime(workspace) {}
    }
    (self.forward, self.backward) = (forward, backward)
  }
}
