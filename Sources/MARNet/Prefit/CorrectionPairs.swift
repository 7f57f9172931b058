// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The last steps s and gradient changes y of a quasi-Newton minimiser, in Float32.
final class CorrectionPairs {
  private let count: Int
  private let capacity: Int
  private var steps: [AlignedBuffer] = []
  private var changes: [AlignedBuffer] = []
  /// 1 / (s · y).
  private var weights: [Double] = []

  init(count: Int, memory: Int) {
    self.count = count
    capacity = memory
  }

  var isEmpty: Bool { steps.isEmpty }

  func removeAll() {
    steps = []
    changes = []
    weights = []
  }

  /// Writes −H g: the two-loop recursion around D⁻¹, the inverse of an estimated diagonal of
  /// the Hessian, times s · y / (y · D⁻¹ y) of the newest pair.
  func direction(
    of gradient: UnsafePointer<Double>, inverseCurvature: UnsafePointer<Float>,
    into direction: UnsafeMutablePointer<Float>
  ) {
    let q = direction
    for i in 0..<count { q[i] = Float(-gradient[i]) }
    guard let newest = changes.last, let weight = weights.last, let last = steps.last else {
      for i in 0..<count { q[i] *= inverseCurvature[i] }
      return
    }
    var alphas = [Double](repeating: 0, count: steps.count)
    // Each pass over q also takes the product that the next pair needs.
    var product = marnet_dot(last.pointer, q, count)
    for pair in steps.indices.reversed() {
      alphas[pair] = weights[pair] * product
      product = marnet_add_scaled_dot(
        q, Float(-alphas[pair]), changes[pair].pointer, steps[max(pair - 1, 0)].pointer, count)
    }
    let scale = Float(
      1 / (weight * marnet_weighted_squares(newest.pointer, inverseCurvature, count)))
    for i in 0..<count { q[i] *= scale * inverseCurvature[i] }
    product = marnet_dot(changes[0].pointer, q, count)
    for pair in steps.indices {
      let beta = weights[pair] * product
      product = marnet_add_scaled_dot(
        q, Float(alphas[pair] - beta), steps[pair].pointer,
        changes[min(pair + 1, steps.count - 1)].pointer, count)
    }
  }

  /// Adds the pair of an accepted step, unless its curvature is lost in rounding.
  func append(
    step: Double, direction: UnsafePointer<Float>, gradient: UnsafePointer<Double>,
    previous: UnsafePointer<Double>
  ) {
    let full = steps.count == capacity
    let s = full ? steps.removeFirst() : AlignedBuffer(count: count, zeroed: false)
    let y = full ? changes.removeFirst() : AlignedBuffer(count: count, zeroed: false)
    if full { weights.removeFirst() }
    let (steps, changes) = (s.pointer, y.pointer)
    for i in 0..<count {
      steps[i] = Float(step) * direction[i]
      changes[i] = Float(gradient[i] - previous[i])
    }
    let curvature = marnet_dot(steps, changes, count)
    guard curvature > 1e-12 * marnet_sum_of_squares(changes, count) else { return }
    self.steps.append(s)
    self.changes.append(y)
    weights.append(1 / curvature)
  }
}
