// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension MatrixView {
  /// The sum of a row in Double, first to last.
  func rowTotal(_ row: Int) -> Double {
    var sum = 0.0
    let values = self.row(row)
    for column in 0..<columnCount { sum += Double(values[column]) }
    return sum
  }
}
