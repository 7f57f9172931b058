// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

@Suite struct LogisticRegressionTests {
  /// scikit-learn's optimum, tolerance 1e-10 in float64, for three strengths.
  @Test func equalsScikitLearn() throws {
    let golden = try Golden(file: "logistic")
    let features = try golden["features"].matrix
    let labels = try golden["labels"].doubles.map { Int32($0) }
    let pool = WorkerPool(threads: 1)
    let rows = Array(0..<features.rowCount)
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    for fit in try golden["fits"].items {
      let c = try fit["C"].double
      let solution = LogisticRegression.fit(
        space, rows: rows, labels: labels, classCount: 3, c: c,
        stop: .init(tolerance: 1e-13, iterations: 1_000), shouldStop: { false })
      let probe = Probe(
        weights: space.weightsOnFeatures(solution.weights), bias: solution.bias, c: c)
      // Float32 products leave the optimum to about 1e-4 of the largest weight.
      expectClose(
        probe.weights, try fit["weight"].matrix, tolerance: 3e-4, absolute: 1e-5, "C = \(c)")
      expectClose(
        probe.logProbabilities(of: features, pool: pool), try fit["logProbabilities"].matrix,
        tolerance: 3e-4, "log-probabilities at C = \(c)")
    }
  }

  /// The principal coordinates are a change of basis: the solution is that of the features.
  @Test(arguments: [(30, 8), (12, 40)])
  func widthDoesNotMatter(rowCount: Int, width: Int) {
    let features = Seeded.normal(rowCount, width, seed: 3)
    let labels = (0..<rowCount).map { Int32($0 % 3) }
    let pool = WorkerPool(threads: 1)
    let rows = Array(0..<rowCount)
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    #expect(space.coordinates.columnCount <= min(rowCount, width))
    let solution = LogisticRegression.fit(
      space, rows: rows, labels: labels, classCount: 3, c: 0.1,
      stop: .init(tolerance: 1e-13, iterations: 1_000), shouldStop: { false })
    let weights = space.weightsOnFeatures(solution.weights)
    // At the optimum W = c Σ (onehot − p) xᵀ: the stationarity condition in feature space.
    var expected = Matrix(rowCount: 3, columnCount: width)
    let probe = Probe(weights: weights, bias: solution.bias, c: 0.1)
    let probabilities = LogProbabilities.probabilities(
      probe.logProbabilities(of: features, pool: pool))
    for row in rows {
      for k in 0..<3 {
        let error = (Int(labels[row]) == k ? 1 : 0) - probabilities[row, k]
        for j in 0..<width { expected[k, j] += 0.1 * error * features[row, j] }
      }
    }
    expectClose(weights, expected, tolerance: 1e-3, "W at the optimum")
  }

  @Test func classesWithoutRowsAreNotPredicted() {
    let features = Seeded.normal(40, 5, seed: 4)
    let labels = (0..<40).map { Int32($0 % 2 == 0 ? 0 : 3) }
    let pool = WorkerPool(threads: 1)
    let rows = Array(0..<40)
    let solution = LogisticRegression.fit(
      PrincipalSpace(features, rows: rows, pool: pool), rows: rows, labels: labels,
      classCount: 4, c: 1, stop: .fine, shouldStop: { false })
    #expect(solution.bias[1] == -.infinity && solution.bias[2] == -.infinity)
    let probe = Probe(weights: solution.weights, bias: solution.bias, c: 1)
    let space = PrincipalSpace(features, rows: rows, pool: pool)
    let logs = probe.logProbabilities(of: space.coordinates, pool: pool)
    #expect(abs(logs[0, 1] - -16.118_095) < 1e-3, "the floor of 1e-7")
    let finite = logs.values.allSatisfy { $0.isFinite }
    #expect(finite)
  }
}
