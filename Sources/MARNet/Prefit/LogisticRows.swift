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
  /// Rows of each class, all above 0: `[C]`.
  let classSizes: [Int]

  var count: Int { labels.count }
  var width: Int { backward.columnCount }
  var classCount: Int { classSizes.count }

  private static let blockRows = 256

  /// - Parameters:
  ///   - coordinates: `[N, r]`.
  ///   - rows: positions of the n rows.
  ///   - labels: their classes.
  package init(
    _ coordinates: Matrix, rows: [Int], labels: [Int32], classCount: Int, pool: WorkerPool
  ) {
    precondition(rows.count == labels.count, "\(rows.count) rows, \(labels.count) labels")
    self.labels = labels
    var sizes = [Int](repeating: 0, count: classCount)
    for label in labels { sizes[Int(label)] += 1 }
    classSizes = sizes
    let isWhole = rows.elementsEqual(0..<coordinates.rowCount)
    let plain = isWhole ? coordinates : coordinates.rows(at: rows)
    let width = coordinates.columnCount
    let forward = PackedMatrix(
      innerCount: width, columnCount: rows.count, precision: .float32)
    let backward = PackedMatrix(
      innerCount: rows.count, columnCount: width, precision: .float32)
    pool.forEach((rows.count + Self.blockRows - 1) / Self.blockRows) { block, _ in
      let range = block * Self.blockRows..<min((block + 1) * Self.blockRows, rows.count)
      forward.packRows(range, of: plain.view, .transposed)
      backward.packRows(range, of: plain.view, .straight)
    }
    withExtendedLifetime(plain) {}
    (self.forward, self.backward) = (forward, backward)
  }
}
