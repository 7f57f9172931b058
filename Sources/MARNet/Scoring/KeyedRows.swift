// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Visual rows ready for the heads: standardised, each with the key of its noise.
struct KeyedRows: Sendable {
  /// `[N, Dv]`, standardised.
  let visual: Matrix
  /// `[N]`, hashes of the rows as they were read.
  let keys: [UInt64]

  /// Standardises `raw` `[N, Dv]` and keys each row by its content.
  init(raw: Matrix, standardizer: Standardizer) {
    keys = raw.withUnsafeBufferPointer { values in
      (0..<raw.rowCount).map { row in
        let start = row * raw.columnCount
        return RandomKey.contentRow(
          UnsafeBufferPointer(rebasing: values[start..<start + raw.columnCount]))
      }
    }
    var standardised = raw
    standardizer.apply(to: standardised.mutableView())
    visual = standardised
  }

  private init(visual: Matrix, keys: [UInt64]) {
    self.visual = visual
    self.keys = keys
  }

  /// The rows at `indices`, in that order.
  func rows(at indices: [Int]) -> KeyedRows {
    KeyedRows(visual: visual.rows(at: indices), keys: indices.map { keys[$0] })
  }
}
