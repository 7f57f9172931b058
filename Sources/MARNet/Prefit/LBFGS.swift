// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// A smooth function to be minimised, together with its gradient.
package protocol DifferentiableObjective {
  /// Number of variables.
  var count: Int { get }
  /// Writes the gradient at `point`; returns the value there and what the curvature there
  /// depends on.
  ///
  /// - Throws: when what it is a function of cannot be read.
  func evaluate(_ point: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) throws
    -> (value: Double, scale: Double)
  /// Writes the inverse of a diagonal that resembles the Hessian where `evaluate` returned
  /// `scale`.
  func writeInverseCurvature(scale: Double, into result: UnsafeMutablePointer<Float>)
}

/// Limited-memory BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", Math.
/// Comp. 35, 1980; two-loop recursion) with a line search for the weak Wolfe conditions.
///
/// The recursion starts from the objective's own diagonal, taken anew at every point: where
/// the curvature of logistic regression falls as it grows certain, that halves the steps.
/// Point, gradient and every decision are in Double. Correction pairs and the direction are
/// Float32: they only propose where to look next, and half the memory is half the time.
struct LBFGS {
  /// Correction pairs kept. With the diagonal renewed, ten saved no step.
  var memory = 5
  /// Stops when ½ gᵀ D⁻¹ g, the decrease that is left if the Hessian is D, falls below this.
  var tolerance: Double
  var maximumIterations: Int

  struct Outcome {
    var value: Double
    var scale: Double
    var residual = Double.infinity
    var iterations = 0
    var evaluations = 1
  }

  /// Sufficient decrease and curvature (Nocedal and Wright, "Numerical Optimization", 3.1).
  private static let decrease = 1e-4
  private static let curvature = 0.9
  private static let searchLimit = 20

  /// Moves `point` downhill, as far as rounding shows any descent.
  ///
  /// - Parameter checkpoint: called at every step; what it throws ends the search.
  func minimise(
    _ objective: some DifferentiableObjective, from point: inout [Double],
    checkpoint: () throws -> Void
  ) throws -> Outcome {
    let count = objective.count
    precondition(point.count == count, "\(count) variables need a start; got \(point.count)")
    var gradient = [Double](repeating: 0, count: count)
    var trial = point
    var trialGradient = gradient
    let pairs = CorrectionPairs(count: count, memory: memory)
    let direction = AlignedBuffer(count: count)
    let inverse = AlignedBuffer(count: count)
    let first = try objective.evaluate(point, gradient: &gradient)
    var outcome = Outcome(value: first.value, scale: first.scale)
    while true {
      objective.writeInverseCurvature(scale: outcome.scale, into: inverse.pointer)
      outcome.residual = marnet_mixed_weighted_squares(gradient, inverse.pointer, count) / 2
      guard outcome.residual >= tolerance, outcome.iterations < maximumIterations else { break }
      try checkpoint()
      pairs.direction(
        of: gradient, inverseCurvature: inverse.pointer, into: direction.pointer)
      let slope = marnet_mixed_dot(gradient, direction.pointer, count)
      // Only rounding gives an uphill direction, or one without a step: forget the past once,
      // then give up.
      guard
        slope < 0,
        let step = try search(
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
  ) throws -> Double? {
    var low = 0.0
    var high = Double.infinity
    var step = 1.0
    for _ in 0..<Self.searchLimit {
      marnet_move(point, step, direction, &trial, point.count)
      let found = try objective.evaluate(trial, gradient: &gradient)
      outcome.evaluations += 1
      if !(found.value <= outcome.value + Self.decrease * step * slope) {
        high = step
        // The parabola through value, slope and the new value, kept inside the bracket.
        let bend = found.value - outcome.value - step * slope
        let guess = bend.isFinite && bend > 0 ? -slope * step * step / (2 * bend) : low
        step = low + (high - low) * min(max((guess - low) / (high - low), 0.1), 0.5)
      } else if marnet_mixed_dot(gradient, direction, point.count) < Self.curvature * slope {
        low = step
        step = high.isFinite ? (low + high) / 2 : 2 * step
      } else {
        outcome.value = found.value
        outcome.scale = found.scale
        return step
      }
    }
    return nil
  }
}
