// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Facts about the text rows of a fit.
enum TextVectors {
  /// How many different vectors the rows with text hold (by 64-bit hash).
  static func distinctCount(_ text: Matrix, hasText: [Bool]) -> Int {
    var seen: Set<UInt64> = []
    text.withUnsafeBufferPointer { values in
      for row in 0..<text.rowCount where hasText[row] {
        let start = row * text.columnCount
        seen.insert(
          RandomKey.contentRow(
            UnsafeBufferPointer(rebasing: values[start..<start + text.columnCount])))
      }
    }
    return seen.count
  }
}
