// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What one kernel of the contrastive domain discrepancy looks at: the labelled rows of both
/// modalities, ordered by class.
struct DiscrepancyLayer: Sendable {
  /// Texts.
  let source: DiscrepancyRows
  /// Images.
  let target: DiscrepancyRows

  init(rowCount: Int, width: Int) {
    source = DiscrepancyRows(rowCount: rowCount, width: width)
    target = DiscrepancyRows(rowCount: rowCount, width: width)
  }

  func begin(_ count: Int) {
    source.begin(count)
    target.begin(count)
  }

  func prepare(_ rows: Range<Int>) {
    source.prepare(rows)
    target.prepare(rows)
  }

  /// Squared distances of source `rows` from all target rows: ‖a‖² + ‖b‖² − 2 a·b, at least 0.
  func distances(_ rows: Range<Int>, into result: MatrixView) {
    target.byRows.multiply(source.x.rows(rows), into: result)
    let others = target.squares
    for (index, row) in rows.enumerated() {
      let (d, own) = (result.row(index), source.squares[row])
      for j in 0..<result.columnCount { d[j] = max(own + others[j] - 2 * d[j], 0) }
    }
  }
}
