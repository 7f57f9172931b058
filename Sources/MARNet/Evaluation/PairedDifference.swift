// SPDX-License-Identifier: Apache-2.0

/// The mean of row-by-row differences between two predictors and its standard error.
public struct PairedDifference: Codable, Sendable, Equatable {
  /// Mean of (first - second).
  public var mean: Double
  /// Sample standard deviation of the differences over √n; 0 for a single row.
  public var standardError: Double

  /// - Precondition: equally many values, 1 or more.
  package init(_ first: [Double], minus second: [Double]) {
    self.init(first, minus: second, weights: nil)
  }

  /// The weighted mean, and the standard error of that ratio of sums.
  ///
  /// - Parameter weights: nil counts every row once.
  /// - Precondition: equally many values, 1 or more.
  package init(_ first: [Double], minus second: [Double], weights: [Double]?) {
    precondition(
      first.count == second.count && !first.isEmpty,
      "paired values need equal counts; got \(first.count) and \(second.count)")
    let differences = zip(first, second).map { $0 - $1 }
    let count = Double(differences.count)
    let mass = weights?.reduce(0, +) ?? count
    let center = RowMetrics.sum(differences, weights: weights) / mass
    let squares = differences.indices.reduce(0.0) { sum, row in
      let deviation = (weights?[row] ?? 1) * (differences[row] - center)
      return sum + deviation * deviation
    }
    mean = center
    standardError = (squares / max(count - 1, 1) * (count / mass) / mass).squareRoot()
  }
}
