// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import Testing

@Suite struct StandardizerTests {
  @Test func statisticsAreThoseOfThePopulation() {
    let matrix = Matrix(rows: [[1, 5, 1e6], [2, 5, 1e6 + 1], [3, 5, 1e6 + 2], [6, 5, 1e6 + 3]])
    let statistics = Standardizer(of: matrix)
    #expect(statistics.mean == [3, 5, 1_000_001.5])
    // Variances 3.5, 0 and 1.25.
    #expect(statistics.scale == [Float(1 / 3.5.squareRoot()), 0, Float(1 / 1.25.squareRoot())])
  }

  @Test func onlyTheRowsAskedForCount() {
    let matrix = Matrix(rows: [[1], [100], [3]])
    let statistics = Standardizer(of: matrix, rows: [0, 2])
    #expect(statistics == Standardizer(mean: [2], scale: [1]))
    #expect(Standardizer(of: matrix, rows: []) == Standardizer(mean: [0], scale: [0]))
  }

  @Test func aDeviationBelowOneMillionthCountsAsConstant() {
    let matrix = Matrix(rows: [[0, 0], [1.8e-6, 2.2e-6]])  // deviations 0.9e-6 and 1.1e-6
    let statistics = Standardizer(of: matrix)
    #expect(statistics.scale[0] == 0 && statistics.scale[1] > 0)
  }

  @Test func standardisedRowsHaveMeanZeroAndDeviationOne() {
    let values = (0..<60).map { Float(($0 * 37) % 61) }
    let matrix = Matrix(rowCount: 20, columnCount: 3, values: values)
    let standardised = Standardizer(of: matrix)(matrix)
    let again = Standardizer(of: standardised)
    for column in 0..<3 {
      #expect(abs(again.mean[column]) < 1e-6 && abs(again.scale[column] - 1) < 1e-6)
    }
    #expect(matrix.values == values, "the source is unchanged")
  }

  @Test func rowsWithoutTextBecomeZero() {
    let matrix = Matrix(rows: [[1, 2], [3, 4], [0, 0]])
    let statistics = Standardizer(of: matrix, rows: [0, 1])
    #expect(
      statistics(matrix, keeping: [true, true, false])
        == Matrix(rows: [[-1, -1], [1, 1], [0, 0]]))
  }
}
