// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// A smooth function to be minimised, together with its gradient.
protocol DifferentiableObjective {
  /// Number of variables.
  var count: Int { get }
  /// Writes the gradient at `point` and returns the value there.
  ///
  /// `residual` measures how far `point` is from stationary, in the caller's own units.
  func evaluate(_ point: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>)
    -> (value: Double, residual: Double)
}

/// Limited-memory BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", Math.
/// Comp. 35, 1980; two-loop recursion) with a line search for the weak Wolfe conditions.
///
/// Point, gradient and every decision are in Double. Correction pairs and the direction are
/// Float32: they only propose where to look next, and half the memory is half the time.
struct LBFGS {
  /// Correction pairs kept.
  var memory = 10
  /// Stops when the objective's residual falls below this.
  var tolerance: Double
  var maximumIterations: Int

  struct Outcome {
    var value: Double
    var residual: Double
    var iterations = 0
    var evaluations = 1
  }

  /// Sufficient decrease and curvature (Nocedal and Wright, "Numerical Optimization", 3.1).
  private static let decrease = 1e-4
  private static let curvature = 0.9
  private static let searchLimit = 20

  /// Moves `point` downhill. Stops early when `shouldStop` says so, or where rounding hides
  /// any further descent.
  func minimise(
    _ objective: some DifferentiableObjective, from point: inout [Double],
    shouldStop: () -> Bool = { false }
  ) -> Outcome {
    let count = objective.count
    precondition(point.count == count, "\(count) variables need a start; got \(point.count)")
    var gradient = [Double](repeating: 0, count: count)
    var trial = point
    var trialGradient = gradient
    let pairs = CorrectionPairs(count: count, memory: memory)
    let direction = AlignedBuffer(count: count)
    let first = objective.evaluate(point, gradient: &gradient)
    var outcome = Outcome(value: first.value, residual: first.residual)
    while outcome.residual >= tolerance && outcome.iterations < maximumIterations {
      if shouldStop() { break }
      pairs.direction(of: gradient, into: direction)
      let slope = Self.slope(gradient, direction.pointer)
      guard slope < 0 else {
        // Only rounding gives an uphill direction: forget the past once, then give up.
        guard !pairs.isEmpty else { break }
        pairs.removeAll()
        continue
      }
      guard
        let step = search(
          objective, from: point, along: direction.pointer, slope: slope, outcome: &outcome,
          trial: &trial, gradient: &trialGradient)
      else {
        guard !pairs.isEmpty else { break }
        pairs.removeAll()
        continue
      }
      pairs.append(
        step: step, direction: direction.pointer, gradient: trialGradient, previous: gradient)
      swap(&point, &trial)
      swap(&gradient, &trialGradient)
      outcome.iterations += 1
    }
    return outcome
  }

  /// Finds a step that satisfies the weak Wolfe conditions by bracketing; nil if there is none.
  private func search(
    _ objective: some DifferentiableObjective, from point: [Double],
    along direction: UnsafePointer<Float>, slope: Double, outcome: inout Outcome,
    trial: inout [Double], gradient: inout [Double]
  ) -> Double? {
    var low = 0.0
    var high = Double.infinity
    var step = 1.0
    for _ in 0..<Self.searchLimit {
      point.withUnsafeBufferPointer { point in
        trial.withUnsafeMutableBufferPointer { trial in
          for i in 0..<point.count { trial[i] = point[i] + step * Double(direction[i]) }
        }
      }
      let found = objective.evaluate(trial, gradient: &gradient)
      outcome.evaluations += 1
      if !(found.value <= outcome.value + Self.decrease * step * slope) {
        high = step
        // The parabola through value, slope and the new value, kept inside the bracket.
        let bend = found.value - outcome.value - step * slope
        let guess = bend.isFinite && bend > 0 ? -slope * step * step / (2 * bend) : low
        step = low + (high - low) * min(max((guess - low) / (high - low), 0.1), 0.5)
      } else if Self.slope(gradient, direction) < Self.curvature * slope {
        low = step
        step = high.isFinite ? (low + high) / 2 : 2 * step
      } else {
        outcome.value = found.value
        outcome.residual = found.residual
        return step
      }
    }
    return nil
  }

  /// gᵀd, in a fixed order of eight partial sums.
  private static func slope(_ gradient: [Double], _ direction: UnsafePointer<Float>) -> Double {
    gradient.withUnsafeBufferPointer { gradient in
      var sums = SIMD8<Double>.zero
      let whole = gradient.count / 8 * 8
      for start in stride(from: 0, to: whole, by: 8) {
        for lane in 0..<8 {
          sums[lane] += gradient[start + lane] * Double(direction[start + lane])
        }
      }
      var total = sums.sum()
      for i in whole..<gradient.count { total += gradient[i] * Double(direction[i]) }
      return total
    }
  }
}
