// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The scores of consecutive rows.
package struct ScoreBlock: Sendable {
  /// The number of the first row in the file that is written.
  package var firstRow: Int
  /// Calibrated probabilities, `[n, C]`.
  package var probabilities: Matrix
  /// The predicted class of each row, `[n]`.
  package var prediction: [Int32]
  /// Identifiers, `[n]`; nil where the rows have none.
  package var ids: RowIDs?
  /// Aligned embeddings (x_EMA), `[n, d]`.
  package var embedding: Matrix?
  /// Reconstructed text features (x_CDR), `[n, Ds]`.
  package var reconstruction: Matrix?

  /// Makes a block of `probabilities.rowCount` rows.
  package init(
    firstRow: Int, probabilities: Matrix, prediction: [Int32], ids: RowIDs? = nil,
    embedding: Matrix? = nil, reconstruction: Matrix? = nil
  ) {
    self.firstRow = firstRow
    self.probabilities = probabilities
    self.prediction = prediction
    self.ids = ids
    self.embedding = embedding
    self.reconstruction = reconstruction
  }

  /// Number of rows, n.
  package var rowCount: Int { probabilities.rowCount }

  /// The `k` most probable classes of row `row`, the likeliest first; of equals the
  /// one with the lower index first.
  func mostProbable(_ k: Int, row: Int) -> [Int] {
    let values = probabilities.row(row)
    var best: [Int] = []
    best.reserveCapacity(k + 1)
    for (index, value) in values.enumerated() {
      if best.count == k, let last = best.last, values[last] >= value { continue }
      let place = best.firstIndex { values[$0] < value } ?? best.count
      best.insert(index, at: place)
      if best.count > k { best.removeLast() }
    }
    return best
  }

  /// Traps unless the block is the next one of a file of `columns`.
  ///
  /// - Parameter hasIDs: whether blocks hold the identifiers, where there are any.
  func check(against columns: ScoreColumns, nextRow: Int, hasIDs: Bool = true) {
    precondition(
      firstRow == nextRow && firstRow + rowCount <= columns.rowCount ?? .max,
      "rows \(firstRow)..<\(firstRow + rowCount) where \(nextRow)..<\(columns.rowCount ?? .max) "
        + "are due")
    precondition(
      probabilities.columnCount == columns.classNames.count && prediction.count == rowCount,
      "\(rowCount) rows of \(probabilities.columnCount) probabilities, \(prediction.count) "
        + "predictions, \(columns.classNames.count) classes")
    precondition(
      ids?.kind == (hasIDs ? columns.idKind : nil) && ids?.count ?? rowCount == rowCount
        && embedding?.columnCount == columns.embeddingWidth
        && embedding?.rowCount ?? rowCount == rowCount
        && reconstruction?.columnCount == columns.reconstructionWidth
        && reconstruction?.rowCount ?? rowCount == rowCount,
      "identifiers, embedding or reconstruction of a block differ from the columns")
  }
}
