// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Multinomial logistic regression: the weights W and bias b that minimise
///
///     c Σᵢ CE(softmax(W xᵢ + b), yᵢ) + ½ ‖W‖²
///
/// (scikit-learn's objective; the bias is not penalised), solved divided by c n in scaled
/// coordinates of a `PrincipalSpace`: z = W / s with s² = 1 / (variance / C + 1 / (c n)), the
/// inverse curvature at W = 0 up to the coupling of the classes.
final class LogisticRegression: DifferentiableObjective {
  /// When to stop: largest gradient of the mean objective, and steps.
  struct Stop: Sendable {
    var tolerance = 1e-4
    var iterations = 300
  }

  private static let blockRows = 1_024
  let count: Int
  private let features: Matrix
  private let labels: [Int]
  private let classCount: Int
  private let width: Int
  /// s, `[r]`.
  private let scales: [Float]
  /// s² / (c n), `[r]`.
  private let penalties: [Double]
  private var weights: Matrix
  private var weightGradient: Matrix
  private var logits: Matrix
  private var biasGradient: [Double]

  /// A solution on coordinates: weights `[C, r]` and bias `[C]`. Classes without a row have
  /// weights 0 and a bias of minus infinity.
  struct Solution: Sendable {
    let weights: Matrix
    let bias: [Float]
  }

  /// - Parameters:
  ///   - rows: positions of the training rows in `space`; all labelled.
  ///   - labels: their classes, of which there are `classCount` in all.
  static func fit(
    _ space: PrincipalSpace, rows: [Int], labels: [Int32], classCount: Int, c: Double,
    stop: Stop, shouldStop: () -> Bool
  ) -> Solution {
    let present = Set(labels).sorted()
    let position = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    let regression = LogisticRegression(
      space, rows: rows, labels: labels.map { position[$0] ?? 0 }, classCount: present.count,
      c: c)
    var point = [Double](repeating: 0, count: regression.count)
    _ = LBFGS(tolerance: stop.tolerance, maximumIterations: stop.iterations)
      .minimise(regression, from: &point, shouldStop: shouldStop)
    var weights = Matrix(rowCount: classCount, columnCount: regression.width)
    var bias = [Float](repeating: -.infinity, count: classCount)
    let target = weights.mutableView()
    for (index, label) in present.enumerated() {
      let row = target.row(Int(label))
      for j in 0..<regression.width {
        row[j] = Float(point[index * regression.width + j]) * regression.scales[j]
      }
      bias[Int(label)] = Float(point[present.count * regression.width + index])
    }
    return Solution(weights: weights, bias: bias)
  }

  private init(
    _ space: PrincipalSpace, rows: [Int], labels: [Int], classCount: Int, c: Double
  ) {
    let ridge = 1 / (c * Double(rows.count))
    let scales = space.variances.map {
      Float(1 / (Double($0) / Double(classCount) + ridge).squareRoot())
    }
    width = scales.count
    self.scales = scales
    penalties = scales.map { ridge * Double($0) * Double($0) }
    self.labels = labels
    self.classCount = classCount
    count = classCount * (width + 1)
    var scaled = space.coordinates.rows(at: rows)
    let view = scaled.mutableView()
    for row in 0..<view.rowCount {
      let values = view.row(row)
      for column in 0..<view.columnCount { values[column] *= scales[column] }
    }
    features = scaled
    weights = Matrix(rowCount: classCount, columnCount: width)
    weightGradient = weights
    logits = Matrix(rowCount: min(Self.blockRows, rows.count), columnCount: classCount)
    biasGradient = [Double](repeating: 0, count: classCount)
  }

  func evaluate(
    _ point: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> (value: Double, residual: Double) {
    let w = weights.mutableView()
    let g = weightGradient.mutableView()
    for index in 0..<classCount * width { w.pointer[index] = Float(point[index]) }
    let bias = point + classCount * width
    for c in 0..<classCount { biasGradient[c] = 0 }
    var loss = 0.0
    let rowCount = features.rowCount
    for start in stride(from: 0, to: rowCount, by: Self.blockRows) {
      let range = start..<min(start + Self.blockRows, rowCount)
      let z = logits.mutableView().rows(0..<range.count)
      Product.rowsTimesRows(features.view.rows(range), w, into: z)
      loss += softmaxGradient(z, firstRow: start, bias: bias)
      Product.columnsTimesColumns(z, features.view.rows(range), into: g, accumulate: start > 0)
    }
    let inverse = 1 / Double(rowCount)
    var residual = 0.0
    var penalty = 0.0
    for c in 0..<classCount {
      for j in 0..<width {
        let index = c * width + j
        let value = Double(g.pointer[index]) * inverse + penalties[j] * point[index]
        gradient[index] = value
        penalty += penalties[j] * point[index] * point[index]
        residual = max(residual, abs(value) / Double(scales[j]))
      }
      gradient[classCount * width + c] = biasGradient[c] * inverse
      residual = max(residual, abs(biasGradient[c] * inverse))
    }
    return (loss * inverse + 0.5 * penalty, residual)
  }

  /// Turns logits without bias into softmax − one-hot; returns the summed cross-entropy.
  private func softmaxGradient(
    _ z: MatrixView, firstRow: Int, bias: UnsafePointer<Double>
  ) -> Double {
    var loss = 0.0
    for row in 0..<z.rowCount {
      let values = z.row(row)
      for c in 0..<classCount { values[c] += Float(bias[c]) }
      let label = labels[firstRow + row]
      let own = Double(values[label])
      var sum = 0.0
      let maximum = marnet_exp_row(values, classCount, &sum)
      loss += Double(maximum) + log(sum) - own
      let inverse = Float(1 / sum)
      for c in 0..<classCount { values[c] *= inverse }
      values[label] -= 1
      for c in 0..<classCount { biasGradient[c] += Double(values[c]) }
    }
    return loss
  }
}
