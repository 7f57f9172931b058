// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The mean objective of logistic regression, in nats a row, with m = Σᵢ wᵢ and λ = 1 / (c m):
///
///     f(W, b) = (1/m) Σᵢ wᵢ CE(softmax(W xᵢ + b), yᵢ) + ½ λ ‖W‖²
///
/// wᵢ is the weight of the class yᵢ, 1 where classes have none.
///
/// Variables are W `[C, r]` row by row, then b `[C]`. Both products read rows packed once;
/// W and the residuals R = softmax − one-hot, which change, are the small left operands. The
/// logits therefore stand in columns, `[C, n]`, and softmax works on many rows side by side.
///
/// Any thread count gives the same bits: blocks are fixed, their sums are added in order, and
/// a product's bits do not depend on how it is cut.
package final class LogisticObjective: DifferentiableObjective {
  private static let blockRows = Int(MARNET_LOGISTIC_COLUMNS)
  /// Columns of the gradient that one task computes.
  private static let blockColumns = 128

  package let count: Int
  private let rows: LogisticRows
  /// Mean square of each coordinate, `[r]`.
  private let variances: [Float]
  private let ridge: Double
  private let pool: WorkerPool
  private var weights: Matrix
  private var bias: [Float]
  private var weightGradient: Matrix
  /// Zᵀ, then Rᵀ, `[C, n]`; the stride keeps classes off one another's cache sets.
  private let residuals: MatrixView
  private let residualStorage: AlignedBuffer
  /// Per block of rows: C sums of probabilities, the loss, the sum of squared probabilities,
  /// all weighted.
  private var blockSums: [Double]

  package init(_ rows: LogisticRows, variances: [Float], c: Double, pool: WorkerPool) {
    self.rows = rows
    self.variances = variances
    ridge = 1 / (c * rows.mass)
    self.pool = pool
    let (classes, width) = (rows.classCount, rows.width)
    count = classes * (width + 1)
    weights = Matrix(rowCount: classes, columnCount: width)
    bias = [Float](repeating: 0, count: classes)
    weightGradient = weights
    let stride = (rows.count + 31) / 32 * 32 + 16
    residualStorage = AlignedBuffer(count: classes * stride, zeroed: false)
    residuals = MatrixView(
      pointer: residualStorage.pointer, rowCount: classes, columnCount: rows.count,
      stride: stride)
    let blocks = (rows.count + Self.blockRows - 1) / Self.blockRows
    blockSums = [Double](repeating: 0, count: blocks * (classes + 2))
  }

  /// `scale` is the mean of p (1 − p) over rows and classes: what the curvature of the loss at
  /// W = 0, where it is 1 / C up to the coupling of the classes, has become.
  package func evaluate(_ point: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>)
    -> (value: Double, scale: Double)
  {
    let (classes, width) = (rows.classCount, rows.width)
    let penalty = marnet_narrow(point, weights.mutableView().pointer, classes * width)
    for k in 0..<classes { bias[k] = Float(point[classes * width + k]) }
    softmax()
    weightGradients(point, gradient)
    let inverse = 1 / rows.mass
    var loss = 0.0
    var squares = 0.0
    let biasGradient = gradient + classes * width
    for k in 0..<classes { biasGradient[k] = -rows.classMasses[k] }
    for start in stride(from: 0, to: blockSums.count, by: classes + 2) {
      for k in 0..<classes { biasGradient[k] += blockSums[start + k] }
      loss += blockSums[start + classes]
      squares += blockSums[start + classes + 1]
    }
    for k in 0..<classes { biasGradient[k] *= inverse }
    return (
      loss * inverse + 0.5 * ridge * penalty,
      max(1 - squares * inverse, 1e-9) / Double(classes)
    )
  }

  /// Near the diagonal of the Hessian: variance · scale + λ for weights, scale for the bias.
  package func writeInverseCurvature(scale: Double, into result: UnsafeMutablePointer<Float>) {
    Self.writeInverseCurvature(
      variances: variances, ridge: ridge, classCount: rows.classCount, scale: scale, into: result)
  }

  static func writeInverseCurvature(
    variances: [Float], ridge: Double, classCount classes: Int, scale: Double,
    into result: UnsafeMutablePointer<Float>
  ) {
    let width = variances.count
    for j in 0..<width { result[j] = Float(1 / (Double(variances[j]) * scale + ridge)) }
    for k in stride(from: 1, to: classes, by: 1) {
      (result + k * width).update(from: result, count: width)
    }
    (result + classes * width).update(repeating: Float(1 / scale), count: classes)
  }

  private func softmax() {
    let (rows, residuals) = (rows, residuals)
    let w = weights.view
    let stride = rows.classCount + 2
    blockSums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      nonisolated(unsafe) let blockSums = sums
      bias.withUnsafeBufferPointer { bias in
        rows.labels.withUnsafeBufferPointer { labels in
          guard let bias = bias.baseAddress, let labels = labels.baseAddress else { return }
          pool.forEach((rows.count + Self.blockRows - 1) / Self.blockRows) { block, _ in
            let range =
              block * Self.blockRows..<min((block + 1) * Self.blockRows, rows.count)
            let z = residuals.columns(range)
            rows.forward.multiply(w, columns: range, into: z)
            let own = blockSums + block * stride
            rows.withClassWeights {
              marnet_logistic_columns(
                z.pointer, z.stride, rows.classCount, range.count, bias,
                labels + range.lowerBound, $0, own, own + rows.classCount,
                own + rows.classCount + 1)
            }
          }
        }
      }
    }
  }

  /// ∂f/∂W = Rᵀ X / m + λ W, a range of columns a task.
  private func weightGradients(
    _ point: UnsafePointer<Double>, _ gradient: UnsafeMutablePointer<Double>
  ) {
    let (rows, residuals, ridge) = (rows, residuals, ridge)
    let width = rows.width
    let g = weightGradient.mutableView()
    let inverse = 1 / rows.mass
    pool.forEach((width + Self.blockColumns - 1) / Self.blockColumns) { block, _ in
      let range = block * Self.blockColumns..<min((block + 1) * Self.blockColumns, width)
      rows.backward.multiply(residuals, columns: range, into: g.columns(range))
      for k in 0..<rows.classCount {
        for index in k * width + range.lowerBound..<k * width + range.upperBound {
          gradient[index] = Double(g.pointer[index]) * inverse + ridge * point[index]
        }
      }
    }
  }
}
