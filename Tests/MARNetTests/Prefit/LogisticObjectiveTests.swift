// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct LogisticObjectiveTests {
  private static let c = 0.2

  /// Value and gradient as the formula says, in Double.
  private func reference(
    _ problem: LogisticProblem, _ point: [Double], classWeights: [Double]?
  )
    -> (value: Double, gradient: [Double], scale: Double)
  {
    let (n, r) = (problem.features.rowCount, problem.features.columnCount)
    let classes = problem.classCount
    let weights = problem.labels.map { classWeights?[Int($0)] ?? 1 }
    let mass = weights.reduce(0, +)
    let ridge = 1 / (Self.c * mass)
    var value = 0.0
    var squares = 0.0
    var gradient = [Double](repeating: 0, count: point.count)
    for row in 0..<n {
      let x = problem.features.row(row).map { Double($0) }
      let logits = (0..<classes).map { k in
        (0..<r).reduce(point[classes * r + k]) { $0 + point[k * r + $1] * x[$1] }
      }
      let sum = logits.reduce(0) { $0 + exp($1) }
      let share = weights[row] / mass
      value += share * (log(sum) - logits[Int(problem.labels[row])])
      for k in 0..<classes {
        let p = exp(logits[k]) / sum
        squares += share * p * p
        let error = share * (p - (Int(problem.labels[row]) == k ? 1 : 0))
        for j in 0..<r { gradient[k * r + j] += error * x[j] }
        gradient[classes * r + k] += error
      }
    }
    for index in 0..<classes * r {
      value += 0.5 * ridge * point[index] * point[index]
      gradient[index] += ridge * point[index]
    }
    return (value, gradient, (1 - squares) / Double(classes))
  }

  @Test(arguments: [(1, 1, 1), (33, 1, 2), (257, 130, 3), (300, 5, 40)], [false, true])
  func agreesWithDouble(_ size: (rows: Int, width: Int, classes: Int), isWeighted: Bool) {
    let (rowCount, width, classCount) = size
    let weights = isWeighted ? (0..<classCount).map { 0.125 * Double(1 + $0 * 7 % 20) } : nil
    let problem = LogisticProblem(rowCount: rowCount, width: width, classCount: classCount)
    let pool = WorkerPool(threads: 2)
    let rows = LogisticRows(
      width: problem.features.columnCount, labels: problem.labels, classCount: classCount,
      classWeights: weights, pool: pool
    ) { range, target in target.copy(from: problem.features.view.rows(range)) }
    let objective = LogisticObjective(
      rows, variances: [Float](repeating: 1, count: width), c: Self.c, pool: pool)
    let point = Seeded.normal(1, objective.count, seed: 5).values.map { 0.3 * Double($0) }
    var gradient = [Double](repeating: .nan, count: objective.count)
    // The second evaluation finds the residuals of the first in its memory.
    _ = objective.evaluate(point.map { -$0 }, gradient: &gradient)
    let found = objective.evaluate(point, gradient: &gradient)
    let exact = reference(problem, point, classWeights: weights)
    #expect(abs(found.value - exact.value) <= 1e-6 * (1 + exact.value))
    #expect(abs(found.scale - exact.scale) <= 1e-6)
    for (index, value) in gradient.enumerated() {
      #expect(abs(value - exact.gradient[index]) <= 2e-6, "variable \(index)")
    }
  }

  @Test func theInverseCurvatureFollowsItsFormula() {
    let problem = LogisticProblem(rowCount: 10, width: 2, classCount: 2)
    let pool = WorkerPool(threads: 1)
    let rows = LogisticRows(
      width: problem.features.columnCount, labels: problem.labels, classCount: 2, pool: pool
    ) { range, target in target.copy(from: problem.features.view.rows(range)) }
    let objective = LogisticObjective(rows, variances: [4, 0], c: Self.c, pool: pool)
    var inverse = [Float](repeating: 0, count: 6)
    objective.writeInverseCurvature(scale: 0.25, into: &inverse)
    // λ = 1 / (0.2 · 10) = 0.5.
    expectClose(inverse, [1 / 1.5, 2, 1 / 1.5, 2, 4, 4], tolerance: 1e-6)
  }
}
