// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense
import Testing

/// The fallback counts held-out rows by their classes.
@Suite struct WeightedFallbackTests {
  /// 40 rows of a frequent class, 8 of a rare one, with these probabilities of the label;
  /// `odd` is that of every fourth frequent row.
  private func rows(frequent: Float, odd: Float, rare: Float) -> Matrix {
    var result = Matrix(rowCount: 48, columnCount: 2)
    for row in 0..<48 {
      let own = row >= 40 ? rare : row % 4 == 0 ? odd : frequent
      let label = row < 40 ? 0 : 1
      result[row, label] = log(own)
      result[row, 1 - label] = log(1 - own)
    }
    return result
  }

  @Test func rareClassesDecideWhereTheyCountMore() {
    let labels = (0..<48).map { Int32($0 < 40 ? 0 : 1) }
    let (network, probe) = (
      rows(frequent: 0.9, odd: 0.9, rare: 0.2), rows(frequent: 0.7, odd: 0.4, rare: 0.7)
    )
    let keyed = KeyedRows(
      visual: Matrix(rowCount: 48, columnCount: 1), keys: [UInt64](repeating: 0, count: 48))
    func isWorse(_ weights: ClassWeightTable?) -> Bool {
      HeldOutTest.isWorse(
        network, thanProbe: probe,
        on: HeldOutRows(rows: keyed, labels: labels, classWeights: weights))
    }
    #expect(isWorse(ClassWeightTable([0.6, 3])))
    #expect(!isWorse(ClassWeightTable([1, 0.01])))
  }
}
