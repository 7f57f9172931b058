// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Multinomial logistic regression on some rows: the weights W and bias b that minimise
///
///     c Σᵢ wᵢ CE(softmax(W xᵢ + b), yᵢ) + ½ ‖W‖²
///
/// (scikit-learn's objective, wᵢ its `class_weight`; the bias is not penalised), solved divided
/// by c Σᵢ wᵢ in the
/// coordinates of a `PrincipalSpace`. One instance solves for any number of c.
package struct LogisticRegression {
  /// When to stop.
  package struct Stop: Sendable {
    /// Estimated decrease of the mean objective still to be had, in nats; see
    /// `LBFGS.tolerance`. The true one was 0.5 to 5 times as much on real and synthetic rows.
    package let tolerance: Double
    package let iterations: Int

    package init(tolerance: Double, iterations: Int = 3_000) {
      self.tolerance = tolerance
      self.iterations = iterations
    }

    /// For the probe that predicts, and out of fold on few rows.
    package static let fine = Stop(tolerance: 1e-5, iterations: 300)
    /// As far as products of Float32 show a descent: weights within 1e-3 of the optimum.
    package static let exact = Stop(tolerance: 1e-9)
    /// For choosing c, and out of fold on many rows: two thirds of the steps.
    package static let coarse = Stop(tolerance: 1e-4, iterations: 300)
  }

  /// A solution on coordinates: weights `[C, r]` and bias `[C]`. Classes without a row have
  /// weights 0 and a bias of minus infinity.
  package struct Solution: Sendable {
    package var weights: Matrix
    package var bias: [Float]
  }

  private let rows: LogisticRows
  private let variances: [Float]
  /// All classes, with or without rows.
  private let classCount: Int
  /// Classes with rows, ascending.
  private let present: [Int]
  private let pool: WorkerPool

  /// - Parameters:
  ///   - rows: positions of the training rows among those of `space`; all labelled.
  ///   - labels: their classes, of which there are `classCount` in all.
  ///   - classWeights: nil counts every row once.
  package init(
    _ space: PrincipalSpace, rows: [Int], labels: [Int32], classCount: Int,
    classWeights: ClassWeightTable? = nil, pool: WorkerPool
  ) {
    var position = [Int32](repeating: -1, count: classCount)
    let present = Set(labels).sorted().map { Int($0) }
    self.present = present
    for (index, label) in present.enumerated() { position[label] = Int32(index) }
    self.rows = LogisticRows(
      width: space.width, labels: labels.map { position[Int($0)] }, classCount: present.count,
      classWeights: classWeights.map { table in present.map { table.values[$0] } }, pool: pool
    ) { range, target in space.coordinates(of: rows[range], into: target) }
    variances = space.variances
    self.classCount = classCount
    self.pool = pool
  }

  /// - Parameters:
  ///   - start: where to begin, on the same coordinates; nil begins at W = 0 and the shares of
  ///     the classes.
  ///   - checkpoint: called at every step; what it throws ends the fit.
  package func solve(
    c: Double, stop: Stop, from start: Solution? = nil, checkpoint: () throws -> Void
  ) throws -> Solution {
    let objective = LogisticObjective(rows, variances: variances, c: c, pool: pool)
    var point = variables(start)
    _ = try LBFGS(tolerance: stop.tolerance, maximumIterations: stop.iterations)
      .minimise(objective, from: &point, checkpoint: checkpoint)
    let width = rows.width
    var weights = Matrix(rowCount: classCount, columnCount: width)
    var bias = [Float](repeating: -.infinity, count: classCount)
    let target = weights.mutableView()
    for (index, label) in present.enumerated() {
      let row = target.row(label)
      for j in 0..<width { row[j] = Float(point[index * width + j]) }
      bias[label] = Float(point[present.count * width + index])
    }
    return Solution(weights: weights, bias: bias)
  }

  private func variables(_ start: Solution?) -> [Double] {
    let width = rows.width
    var point = [Double](repeating: 0, count: present.count * (width + 1))
    for (index, label) in present.enumerated() {
      let share = log(rows.classMasses[index] / rows.mass)
      var bias = share
      if let start {
        for j in 0..<width { point[index * width + j] = Double(start.weights[label, j]) }
        // Otherwise a class that the start did not know.
        if start.bias[label].isFinite { bias = Double(start.bias[label]) }
      }
      point[present.count * width + index] = bias
    }
    return point
  }
}
