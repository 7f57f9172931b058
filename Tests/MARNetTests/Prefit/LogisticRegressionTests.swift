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
    let space = PrincipalSpace(SampleRows(features), pool: pool)
    let regression = LogisticRegression(
      space, rows: rows, labels: labels, classCount: 3, pool: pool)
    for fit in try golden["fits"].items {
      let c = try fit["C"].double
      let solution = try regression.solve(
        c: c, stop: .init(tolerance: 1e-13, iterations: 1_000), checkpoint: {})
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
  func widthDoesNotMatter(rowCount: Int, width: Int) throws {
    let features = Seeded.normal(rowCount, width, seed: 3)
    let labels = (0..<rowCount).map { Int32($0 % 3) }
    let pool = WorkerPool(threads: 1)
    let rows = Array(0..<rowCount)
    let space = PrincipalSpace(SampleRows(features), pool: pool)
    #expect(space.width <= min(rowCount, width))
    let solution = try LogisticRegression(
      space, rows: rows, labels: labels, classCount: 3, pool: pool
    ).solve(c: 0.1, stop: .init(tolerance: 1e-13, iterations: 1_000), checkpoint: {})
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

  @Test func classesWithoutRowsAreNotPredicted() throws {
    let features = Seeded.normal(40, 5, seed: 4)
    let labels = (0..<40).map { Int32($0 % 2 == 0 ? 0 : 3) }
    let pool = WorkerPool(threads: 1)
    let rows = Array(0..<40)
    let solution = try LogisticRegression(
      PrincipalSpace(SampleRows(features), pool: pool), rows: rows, labels: labels,
      classCount: 4, pool: pool
    ).solve(c: 1, stop: .fine, checkpoint: {})
    #expect(solution.bias[1] == -.infinity && solution.bias[2] == -.infinity)
    let probe = Probe(weights: solution.weights, bias: solution.bias, c: 1)
    let space = PrincipalSpace(SampleRows(features), pool: pool)
    let logs = probe.logProbabilities(
      of: Matrix(rowCount: 40, columnCount: space.width) {
        space.coordinates(of: rows[...], into: $0)
      }, pool: pool)
    #expect(abs(logs[0, 1] - -16.118_095) < 1e-3, "the floor of 1e-7")
    let finite = logs.values.allSatisfy { $0.isFinite }
    #expect(finite)
  }

  /// Where the search begins does not matter, not even without a class that has rows.
  @Test func aStartLeadsToTheSameOptimum() throws {
    let problem = LogisticProblem(rowCount: 300, width: 20, classCount: 5)
    let pool = WorkerPool(threads: 1)
    let regression = problem.regression(pool: pool)
    let stop = LogisticRegression.Stop(tolerance: 1e-11)
    let cold = try regression.solve(c: 0.3, stop: stop, checkpoint: {})
    var start = try regression.solve(c: 0.01, stop: .coarse, checkpoint: {})
    start.bias[2] = -.infinity
    let warm = try regression.solve(c: 0.3, stop: stop, from: start, checkpoint: {})
    // The rounding of a loss in Float32 hides the last 1e-8 nats: some 1e-3 of a weight.
    expectClose(warm.weights, cold.weights, tolerance: 1e-2, absolute: 1e-3, "W")
  }

  /// Solutions along a path are those of fits of their own.
  @Test func thePathEndsAtTheSameOptima() throws {
    let problem = LogisticProblem(rowCount: 300, width: 20, classCount: 5)
    let regression = problem.regression(pool: WorkerPool(threads: 1))
    let stop = LogisticRegression.Stop(tolerance: 1e-11)
    let grid = [0.01, 0.02, 0.2, 1]
    for (c, found) in zip(grid, try regression.path(grid, stop: stop, checkpoint: {})) {
      let alone = try regression.solve(c: c, stop: stop, checkpoint: {})
      // Float32 rounding of the loss hides the last 1e-8 nats, which are 1e-3 of a weight.
      expectClose(found.weights, alone.weights, tolerance: 5e-3, absolute: 1e-3, "c = \(c)")
    }
  }

  @Test func aCheckpointEndsIt() {
    struct Stop: Error {}
    let problem = LogisticProblem(rowCount: 60, width: 4, classCount: 3)
    let regression = problem.regression(pool: WorkerPool(threads: 1))
    #expect(throws: Stop.self) {
      try regression.solve(c: 1, stop: .fine, checkpoint: { throw Stop() })
    }
  }

  /// More rows, columns and classes than a block, and no multiples of one.
  @Test func threadsDoNotMatter() throws {
    let problem = LogisticProblem(rowCount: 1_111, width: 301, classCount: 17)
    let solutions = try [1, 2, 3].map {
      try problem.regression(pool: WorkerPool(threads: $0)).solve(
        c: 0.1, stop: .coarse, checkpoint: {})
    }
    #expect(solutions[1].weights == solutions[0].weights)
    #expect(solutions[1].bias == solutions[0].bias)
    #expect(solutions[2].weights == solutions[0].weights)
    #expect(solutions[2].bias == solutions[0].bias)
  }
}
