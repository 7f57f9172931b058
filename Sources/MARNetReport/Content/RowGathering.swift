// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// Reads single rows of a split, block by block, so that compressed chunks are read once.
package enum RowGathering {
  private static let blockRows = 2_048

  /// The visual features of `rows`, in that order, `[rows.count, Dv]`.
  package static func visual(_ file: FeatureFile, _ split: Split, rows: [Int]) throws -> Matrix {
    let description = try file.description(of: split)
    var result = Matrix(rowCount: rows.count, columnCount: description.visualWidth)
    let target = result.mutableView()
    let byBlock = Dictionary(grouping: rows.indices) { rows[$0] / blockRows }
    for block in byBlock.keys.sorted() {
      let wanted = byBlock[block] ?? []
      let first = wanted.map { rows[$0] }.min() ?? 0
      let last = wanted.map { rows[$0] }.max() ?? 0
      let read = try file.readVisual(split, rows: first..<last + 1)
      for place in wanted {
        target.rows(place..<place + 1)
          .copy(from: read.view.rows(rows[place] - first..<rows[place] - first + 1))
      }
      withExtendedLifetime(read) {}
    }
    return result
  }
}
