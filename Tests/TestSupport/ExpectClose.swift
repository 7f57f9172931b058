// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import Testing

/// Expects `|a − b| ≤ tolerance · max(|b|, rms of b) + absolute` of every element.
///
/// The root mean square keeps elements near zero from asking for more digits than the sums
/// that made them have. NaN is never close.
///
/// - Parameters:
///   - absolute: for arrays whose exact value is 0, which have no size of their own.
///   - name: what is compared; stands in the failure message with the place and both values
///     of the worst element.
package func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double = 1e-5, absolute: Double = 0,
  _ name: String = "array", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(name): \(actual.count) elements, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  let scale = rootMeanSquare(expected)
  var worst: (index: Int, excess: Double) = (0, 0)
  var outside = 0
  for index in expected.indices {
    let bound = tolerance * max(abs(expected[index]), scale) + absolute
    let difference = abs(actual[index] - expected[index])
    if difference <= bound { continue }
    outside += 1
    let excess = difference.isFinite && bound > 0 ? difference / bound : .infinity
    if excess > worst.excess { worst = (index, excess) }
  }
  guard outside > 0 else { return }
  Issue.record(
    """
    \(name): \(outside) of \(expected.count) elements differ; the worst, element \
    \(worst.index), is \(actual[worst.index]), expected \(expected[worst.index]) \
    (\(worst.excess) times the tolerance \(tolerance), rms \(scale))
    """, sourceLocation: sourceLocation)
}

package func expectClose(
  _ actual: [Float], _ expected: [Float], tolerance: Double = 1e-5, absolute: Double = 0,
  _ name: String = "array", sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    actual.map { Double($0) }, expected.map { Double($0) }, tolerance: tolerance,
    absolute: absolute, name, sourceLocation: sourceLocation)
}

/// Compares shapes too.
package func expectClose(
  _ actual: Matrix, _ expected: Matrix, tolerance: Double = 1e-5, absolute: Double = 0,
  _ name: String = "matrix", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.view.shape == expected.view.shape else {
    Issue.record(
      "\(name): shape \(actual.view.shape), expected \(expected.view.shape)",
      sourceLocation: sourceLocation)
    return
  }
  expectClose(
    actual.values, expected.values, tolerance: tolerance, absolute: absolute, name,
    sourceLocation: sourceLocation)
}

package func rootMeanSquare(_ values: [Double]) -> Double {
  let sum = values.reduce(0) { $0 + $1 * $1 }
  return (sum / Double(max(values.count, 1))).squareRoot()
}
