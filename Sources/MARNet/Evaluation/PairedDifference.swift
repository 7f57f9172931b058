// SPDX-License-Identifier: Apache-2.0

/// The mean of row-by-row differences between two predictors and its standard error.
public struct PairedDifference: Codable, Sendable, Equatable {
  /// Mean of (first - second).
  public var mean: Double
  /// Sample standard deviation of the differences over √n; 0 for a single row.
  public var standardError: Double

  /// - Precondition: equally many values, 1 or more.
  init(_ first: [Double], minus second: [Double]) {
    precondition(
      first.count == second.count && !first.isEmpty,
      "paired values need equal counts; got \(first.count) and \(second.count)")
    let differences = zip(first, second).map { $0 - $1 }
    let count = Double(differences.count)
    let center = differences.reduce(0, +) / count
    let squares = differences.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    mean = center
    standardError = (squares / max(count - 1, 1) / count).squareRoot()
  }
}
