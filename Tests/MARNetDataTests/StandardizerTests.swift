// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import Testing

@Suite struct StandardizerTests {
  private func measured(_ matrix: Matrix, using isUsed: [Bool]? = nil) throws -> Standardizer {
    try Standardizer(
      scanning: StoredRows(matrix), isUsed: isUsed, pool: WorkerPool(threads: 2))
  }

  @Test func statisticsAreThoseOfThePopulation() throws {
    let matrix = Matrix(rows: [[1, 5, 1e6], [2, 5, 1e6 + 1], [3, 5, 1e6 + 2], [6, 5, 1e6 + 3]])
    let statistics = try measured(matrix)
    #expect(statistics.mean == [3, 5, 1_000_001.5])
    // Variances 3.5, 0 and 1.25.
    #expect(statistics.scale == [Float(1 / 3.5.squareRoot()), 0, Float(1 / 1.25.squareRoot())])
  }

  @Test func onlyTheRowsAskedForCount() throws {
    let matrix = Matrix(rows: [[1], [100], [3]])
    let statistics = try measured(matrix, using: [true, false, true])
    #expect(statistics == Standardizer(mean: [2], scale: [1]))
    #expect(
      try measured(matrix, using: [false, false, false]) == Standardizer(mean: [0], scale: [0]))
  }

  @Test func aDeviationBelowOneMillionthCountsAsConstant() throws {
    let matrix = Matrix(rows: [[0, 0], [1.8e-6, 2.2e-6]])  // deviations 0.9e-6 and 1.1e-6
    let statistics = try measured(matrix)
    #expect(statistics.scale[0] == 0 && statistics.scale[1] > 0)
  }

  @Test func standardisedRowsHaveMeanZeroAndDeviationOne() throws {
    var matrix = Matrix(
      rowCount: 20, columnCount: 3, values: (0..<60).map { Float(($0 * 37) % 61) })
    try measured(matrix).apply(to: matrix.mutableView())
    let again = try measured(matrix)
    for column in 0..<3 {
      #expect(abs(again.mean[column]) < 1e-6 && abs(again.scale[column] - 1) < 1e-6)
    }
  }
}
