// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import Testing

/// The fallback counts held-out rows by their classes.
@Suite struct WeightedFallbackTests {
  /// 40 rows of a frequent class, 8 of a rare one, with these probabilities of the label.
  private func rows(frequent: Float, rare: Float) -> Matrix {
    var result = Matrix(rowCount: 48, columnCount: 2)
    for row in 0..<48 {
      // Rows differ a little, or a standard error of 0 would decide.
      let own = (row < 40 ? frequent : rare) + 0.01 * Float(row % 4)
      let label = row < 40 ? 0 : 1
      result[row, label] = LogProbabilities.logarithm(own)
      result[row, 1 - label] = LogProbabilities.logarithm(1 - own)
    }
    return result
  }

  @Test func rareClassesDecideWhereTheyCountMore() {
    let labels = (0..<48).map { Int32($0 < 40 ? 0 : 1) }
    let (network, probe) = (rows(frequent: 0.9, rare: 0.2), rows(frequent: 0.7, rare: 0.7))
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
