// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

/// Logistic regression whose rows count by their classes.
@Suite struct WeightedLogisticTests {
  private static let stop = LogisticRegression.Stop(tolerance: 1e-13, iterations: 1_000)
  private let pool = WorkerPool(threads: 2)

  private func rows(
    _ features: Matrix, _ labels: [Int32], classCount: Int, weights: [Double]?
  ) -> LogisticRows {
    LogisticRows(
      width: features.columnCount, labels: labels, classCount: classCount, classWeights: weights,
      pool: pool
    ) { range, target in target.copy(from: features.view.rows(range)) }
  }

  private func evaluate(_ rows: LogisticRows, width: Int, at point: [Double], c: Double)
    -> (value: Double, scale: Double, gradient: [Double])
  {
    let objective = LogisticObjective(
      rows, variances: [Float](repeating: 1, count: width), c: c, pool: pool)
    var gradient = [Double](repeating: .nan, count: objective.count)
    let found = objective.evaluate(point, gradient: &gradient)
    return (found.value, found.scale, gradient)
  }

  /// Weights 1, 2, 3 are rows once, twice, three times: value, gradient, curvature and bias.
  @Test func wholeWeightsAreRepeatedRows() {
    let problem = LogisticProblem(rowCount: 300, width: 7, classCount: 3)
    let weights = [1.0, 3, 2]
    let repeated = problem.labels.indices.flatMap {
      [Int](repeating: $0, count: Int(weights[Int(problem.labels[$0])]))
    }
    let point = Seeded.normal(1, 3 * 8, seed: 5).values.map { 0.3 * Double($0) }
    let one = evaluate(
      rows(problem.features, problem.labels, classCount: 3, weights: weights), width: 7,
      at: point, c: 0.2)
    let other = evaluate(
      rows(
        problem.features.rows(at: repeated), repeated.map { problem.labels[$0] }, classCount: 3,
        weights: nil), width: 7, at: point, c: 0.2)
    #expect(abs(one.value - other.value) <= 2e-6)
    #expect(abs(one.scale - other.scale) <= 2e-6)
    for (index, value) in one.gradient.enumerated() {
      #expect(abs(value - other.gradient[index]) <= 2e-6, "variable \(index)")
    }
  }

  /// The gradient is that of the value.
  @Test func theGradientIsTheSlope() {
    let problem = LogisticProblem(rowCount: 90, width: 4, classCount: 3)
    let own = rows(
      problem.features, problem.labels, classCount: 3, weights: [0.25, 4, 1.5])
    let point = Seeded.normal(1, 15, seed: 6).values.map { 0.3 * Double($0) }
    let gradient = evaluate(own, width: 4, at: point, c: 0.5).gradient
    for index in point.indices {
      let step = 0.02
      var (above, below) = (point, point)
      above[index] += step
      below[index] -= step
      let slope =
        (evaluate(own, width: 4, at: above, c: 0.5).value
          - evaluate(own, width: 4, at: below, c: 0.5).value) / (2 * step)
      #expect(abs(slope - gradient[index]) <= 2e-4, "variable \(index)")
    }
  }

  /// At the optimum W = c Σ w (onehot − p) xᵀ and Σ w (onehot − p) = 0, in Double: the
  /// conditions of scikit-learn's `class_weight`.
  @Test func theOptimumIsThatOfWeightedRows() throws {
    let problem = LogisticProblem(rowCount: 240, width: 6, classCount: 4)
    let (weights, c) = ([0.5, 1, 4, 2.5], 0.3)
    let space = PrincipalSpace(SampleRows(problem.features), pool: pool)
    let solution = try LogisticRegression(
      space, rows: Array(problem.labels.indices), labels: problem.labels, classCount: 4,
      classWeights: ClassWeightTable(weights), pool: pool
    ).solve(c: c, stop: Self.stop, checkpoint: {})
    let probe = Probe(
      weights: space.weightsOnFeatures(solution.weights), bias: solution.bias, c: c)
    let probabilities = LogProbabilities.probabilities(
      probe.logProbabilities(of: problem.features, pool: pool))
    var expected = Matrix(rowCount: 4, columnCount: 6)
    var sums = [Double](repeating: 0, count: 4)
    for (row, label) in problem.labels.enumerated() {
      for k in 0..<4 {
        let error = weights[Int(label)] * Double((Int(label) == k ? 1 : 0) - probabilities[row, k])
        sums[k] += error
        for j in 0..<6 { expected[k, j] += Float(c * error) * problem.features[row, j] }
      }
    }
    expectClose(probe.weights, expected, tolerance: 1e-3, absolute: 1e-4, "W at the optimum")
    for k in 0..<4 { #expect(abs(sums[k]) < 0.02, "bias of class \(k)") }
  }

  /// A factor on all weights is a factor on c.
  @Test func weightsScaleLikeC() throws {
    let problem = LogisticProblem(rowCount: 200, width: 5, classCount: 3)
    let space = PrincipalSpace(SampleRows(problem.features), pool: pool)
    func solve(_ factor: Double, c: Double) throws -> Matrix {
      try LogisticRegression(
        space, rows: Array(problem.labels.indices), labels: problem.labels, classCount: 3,
        classWeights: ClassWeightTable([1, 2, 0.5].map { factor * $0 }), pool: pool
      ).solve(c: c, stop: Self.stop, checkpoint: {}).weights
    }
    expectClose(
      try solve(8, c: 0.05), try solve(1, c: 0.4), tolerance: 2e-3, absolute: 1e-4, "W")
  }

  /// More rows than are packed at a time: the streamed optimum is the weighted one, too.
  @Test func streamedRowsAreWeighted() throws {
    let problem = LogisticProblem(rowCount: 400, width: 6, classCount: 3)
    let table = ClassWeightTable([1, 5, 0.5])
    let space = PrincipalSpace(SampleRows(problem.features), pool: pool)
    let labelled = Array(problem.labels.indices)
    let regression = LogisticRegression(
      space, rows: labelled, labels: problem.labels, classCount: 3, classWeights: table,
      pool: pool)
    let exact = try regression.solve(c: 0.2, stop: Self.stop, checkpoint: {})
    let rows = PreparedRows(
      visual: problem.features, text: nil,
      hasText: [Bool](repeating: false, count: 400), labels: problem.labels, classCount: 3
    ).weighted(by: table)
    let start = try regression.solve(
      c: 0.2, stop: .init(tolerance: 1e-13, iterations: 1), checkpoint: {})
    let streamed = try StreamedLogisticObjective(
      rows, labelled: labelled, space: space, c: 0.2, pool: pool
    ).solve(from: start, stop: Self.stop, checkpoint: {})
    expectClose(streamed.weights, exact.weights, tolerance: 1e-2, absolute: 1e-3, "W")
    expectClose(streamed.bias, exact.bias, tolerance: 1e-2, absolute: 1e-3, "b")
  }
}
