// SPDX-License-Identifier: Apache-2.0

/// The mean difference between two predictors on the same rows over several seeds, with a
/// confidence interval that covers both the choice of rows and the choice of seeds.
///
/// D_si is the difference of row i with seed s. In the model D = μ + row + seed + rest the
/// variance of the mean is σ_row²/N + σ_seed²/S + σ_rest²/(NS), estimated by mean squares of
/// the two-way table: var(row means)/N + var(seed means)/S − rest/(NS), degrees of freedom
/// after Welch and Satterthwaite. With one seed only the rows' part is known.
package struct CrossedDifference: Sendable, Equatable {
  package let mean: Double
  package let standardError: Double
  /// Half the width of the interval of 95 % confidence.
  package let halfWidth: Double

  /// - Parameter differences: `[S][N]`, the same N rows for each seed; N is 1 or more.
  package init(_ differences: [[Double]]) {
    let seeds = Double(differences.count)
    let count = differences.first?.count ?? 0
    let rows = Double(count)
    var rowMeans = [Double](repeating: 0, count: count)
    for seed in differences {
      precondition(seed.count == count, "every seed has the same rows")
      for (row, value) in seed.enumerated() { rowMeans[row] += value / seeds }
    }
    let seedMeans = differences.map { $0.reduce(0, +) / max(rows, 1) }
    let center = seedMeans.reduce(0, +) / max(seeds, 1)
    mean = center
    func variance(_ values: [Double]) -> Double {
      values.count < 2
        ? 0
        : values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count - 1)
    }
    let ofRows = variance(rowMeans) / max(rows, 1)
    let ofSeeds = variance(seedMeans) / max(seeds, 1)
    var rest = 0.0
    if differences.count > 1, count > 1 {
      for (seed, values) in differences.enumerated() {
        for (row, value) in values.enumerated() {
          let residual = value - rowMeans[row] - seedMeans[seed] + center
          rest += residual * residual
        }
      }
      rest /= (seeds - 1) * (rows - 1) * rows * seeds
    }
    let squared = max(ofRows + ofSeeds - rest, max(ofRows, ofSeeds))
    standardError = squared.squareRoot()
    let parts =
      (count > 1 ? ofRows * ofRows / (rows - 1) : 0)
      + (differences.count > 1 ? ofSeeds * ofSeeds / (seeds - 1) : 0)
    let degrees = parts > 0 ? (ofRows + ofSeeds) * (ofRows + ofSeeds) / parts : 1
    halfWidth =
      standardError > 0
      ? standardError * StudentT.quantile(confidence: 0.95, degreesOfFreedom: max(degrees, 1)) : 0
  }

  /// Whether the interval excludes 0.
  package var isClear: Bool { abs(mean) > halfWidth }
}
