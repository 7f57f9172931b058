// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Testing

/// Expects `gradient` to be the gradient of `loss` with respect to the floats at `point`.
///
/// Compared are derivatives along `directions` random directions of ±1 (every element takes
/// part) and along up to `coordinates` single elements, by the five-point stencil
///
///     f′ ≈ (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h,
///
/// exact to h⁴. The function is evaluated in Float32: its rounding, near 1e-7 of the loss,
/// comes back divided by h, hence an h of 1e-2 or more and a tolerance of 1e-3 or more.
///
/// - Parameters:
///   - loss: the function; reads the floats at `point`, which are restored at the end.
///   - gradient: as many elements as `point`.
///   - step: h of a single element. A direction moves by h / √count in every element.
///   - tolerance: of a derivative, relative to the larger of itself and the gradient's rms
///     (direction: its norm).
///   - noise: absolute rounding error to expect of `loss`.
package func expectGradient(
  of loss: () -> Double, at point: UnsafeMutableBufferPointer<Float>,
  matches gradient: [Float], step: Float = 2e-2, tolerance: Double = 1e-3,
  noise: Double = 2e-7, directions: Int = 2, coordinates: Int = 6, seed: UInt64 = 1,
  _ name: String = "gradient", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard gradient.count == point.count, !point.isEmpty else {
    Issue.record(
      "\(name): \(gradient.count) elements for \(point.count) variables",
      sourceLocation: sourceLocation)
    return
  }
  let exact = gradient.map { Double($0) }
  let rms = rootMeanSquare(exact)
  let start = Array(point)
  let roundoff = 2 * noise / Double(step)

  func derivative(along direction: [(index: Int, sign: Float)], step: Float) -> Double {
    func value(_ factor: Float) -> Double {
      for (index, sign) in direction { point[index] = start[index] + factor * step * sign }
      return loss()
    }
    let near = value(1) - value(-1)
    let far = value(2) - value(-2)
    for (index, _) in direction { point[index] = start[index] }
    return (8 * near - far) / (12 * Double(step))
  }

  func compare(_ measured: Double, _ expected: Double, scale: Double, _ place: String) {
    let bound = tolerance * max(abs(expected), scale) + roundoff
    if abs(measured - expected) <= bound { return }
    Issue.record(
      "\(name), \(place): differences give \(measured), the gradient \(expected) (± \(bound))",
      sourceLocation: sourceLocation)
  }

  let root = Float(point.count).squareRoot()
  for number in 0..<directions {
    let signs = Seeded.signs(point.count, seed: seed &+ UInt64(number))
    let direction = signs.enumerated().map { (index: $0, sign: $1 / root) }
    let expected = zip(signs, exact).reduce(0) { $0 + Double($1.0 / root) * $1.1 }
    compare(
      derivative(along: direction, step: step), expected, scale: rms, "direction \(number)")
  }
  var random = SplitMix(seed: seed)
  for index in Array(0..<point.count).shuffled(using: &random).prefix(coordinates) {
    compare(
      derivative(along: [(index, 1)], step: step), exact[index], scale: rms, "element \(index)")
  }
}

/// The same for the elements of a matrix, through which `loss` reads.
package func expectGradient(
  of loss: () -> Double, at point: MatrixView, matches gradient: Matrix, step: Float = 2e-2,
  tolerance: Double = 1e-3, noise: Double = 2e-7, directions: Int = 2, coordinates: Int = 6,
  seed: UInt64 = 1, _ name: String = "gradient",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  precondition(point.stride == point.columnCount, "the point needs rows without gaps")
  expectGradient(
    of: loss,
    at: UnsafeMutableBufferPointer(
      start: point.pointer, count: point.rowCount * point.columnCount),
    matches: gradient.values, step: step, tolerance: tolerance, noise: noise,
    directions: directions, coordinates: coordinates, seed: seed, name,
    sourceLocation: sourceLocation)
}
