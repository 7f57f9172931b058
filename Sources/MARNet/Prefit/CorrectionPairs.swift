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

  /// Writes −H g: the two-loop recursion, started from (s · y / y · y) I of the newest pair.
  func direction(of gradient: [Double], into direction: AlignedBuffer) {
    let q = direction.pointer
    for i in 0..<count { q[i] = Float(-gradient[i]) }
    var alphas = [Double](repeating: 0, count: steps.count)
    for pair in steps.indices.reversed() {
      alphas[pair] = weights[pair] * marnet_dot(steps[pair].pointer, q, count)
      Self.add(Float(-alphas[pair]), changes[pair].pointer, to: q, count)
    }
    if let newest = changes.last, let weight = weights.last {
      let scale = Float(1 / (weight * marnet_sum_of_squares(newest.pointer, count)))
      for i in 0..<count { q[i] *= scale }
    }
    for pair in steps.indices {
      let beta = weights[pair] * marnet_dot(changes[pair].pointer, q, count)
      Self.add(Float(alphas[pair] - beta), steps[pair].pointer, to: q, count)
    }
  }

  /// Adds the pair of an accepted step, unless its curvature is lost in rounding.
  func append(
    step: Double, direction: UnsafePointer<Float>, gradient: [Double], previous: [Double]
  ) {
    let full = steps.count == capacity
    let s = full ? steps.removeFirst() : AlignedBuffer(count: count, zeroed: false)
    let y = full ? changes.removeFirst() : AlignedBuffer(count: count, zeroed: false)
    if full { weights.removeFirst() }
    gradient.withUnsafeBufferPointer { gradient in
      previous.withUnsafeBufferPointer { previous in
        for i in 0..<count {
          s.pointer[i] = Float(step) * direction[i]
          y.pointer[i] = Float(gradient[i] - previous[i])
        }
      }
    }
    let curvature = marnet_dot(s.pointer, y.pointer, count)
    guard curvature > 1e-12 * marnet_sum_of_squares(y.pointer, count) else { return }
    steps.append(s)
    changes.append(y)
    weights.append(1 / curvature)
  }

  private static func add(
    _ scale: Float, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for i in 0..<count { y[i] += scale * x[i] }
  }
}
