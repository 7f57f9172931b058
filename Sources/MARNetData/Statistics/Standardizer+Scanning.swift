// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension Standardizer {
  /// Columns of a task: sums are taken column by column, so that any cut gives the same bits.
  private static let taskColumns = 64

  /// Computes the statistics of rows that need not fit into memory, in two passes; each rank sums
  /// over its own. Without any row every dimension counts as constant.
  ///
  /// - Parameters:
  ///   - rows: `[N, parts · D]`.
  ///   - parts: vectors of D values in a row, such as tokens.
  ///   - isUsed: `[N · parts]`, whether a vector counts; nil means all.
  ///   - visit: called with each block of the first pass.
  /// - Throws: what reading or `visit` throws.
  package init(
    scanning rows: any FeatureRows, parts: Int = 1, isUsed: [Bool]? = nil, pool: WorkerPool,
    visit: (_ rows: Range<Int>, _ values: Matrix) throws -> Void = { _, _ in }
  ) throws {
    let width = rows.width / parts
    var mean = [Double](repeating: 0, count: width)
    var squares = mean
    let count = Double(max(isUsed?.count { $0 } ?? rows.rowCount * parts, 1))
    try rows.forEachBlock { range, block in
      try visit(range, block)
      Self.add(block, first: range.lowerBound * parts, width, isUsed, pool, to: &mean) {
        value, _ in value
      }
    }
    rows.ranks.sum(&mean)
    for column in 0..<width { mean[column] /= count }
    try rows.forEachBlock { range, block in
      Self.add(block, first: range.lowerBound * parts, width, isUsed, pool, to: &squares) {
        value, column in (value - mean[column]) * (value - mean[column])
      }
    }
    rows.ranks.sum(&squares)
    self.init(
      mean: mean.map { Float($0) },
      scale: squares.map { sum in
        let deviation = (sum / count).squareRoot()
        return deviation < Self.smallestDeviation ? 0 : Float(1 / deviation)
      })
  }

  /// Adds `term` of every value to the sum of its column, rows in ascending order.
  private static func add(
    _ block: Matrix, first: Int, _ width: Int, _ isUsed: [Bool]?, _ pool: WorkerPool,
    to sums: inout [Double], term: (Double, Int) -> Double
  ) {
    let vectors = block.rowCount * block.columnCount / width
    let values = block.view.pointer
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      pool.forEach((width + taskColumns - 1) / taskColumns) { task, _ in
        let columns = task * taskColumns..<min((task + 1) * taskColumns, width)
        for vector in 0..<vectors where isUsed?[first + vector] ?? true {
          let row = values + vector * width
          for column in columns { sums[column] += term(Double(row[column]), column) }
        }
      }
    }
    withExtendedLifetime(block) {}
  }
}
