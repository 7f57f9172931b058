// SPDX-License-Identifier: Apache-2.0

/// Student's t distribution.
package enum StudentT {
  /// The value that |t| exceeds with probability `1 - confidence`.
  ///
  /// - Parameter degreesOfFreedom: above 0, not necessarily whole.
  package static func quantile(confidence: Double, degreesOfFreedom: Double) -> Double {
    let target = 1 - confidence
    var (low, high) = (0.0, 1.0)
    while tail(high, degreesOfFreedom) > target { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if tail(middle, degreesOfFreedom) > target { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// P(|T| > t) = I_x(ν/2, 1/2) with x = ν / (ν + t²).
  private static func tail(_ t: Double, _ degrees: Double) -> Double {
    incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The regularised incomplete beta function by its continued fraction (Lentz's method;
  /// Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.5.8).
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges quickly below the mean; above it, by symmetry.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = MathFunctions.exponential(
      MathFunctions.logGamma(a + b) - MathFunctions.logGamma(a) - MathFunctions.logGamma(b)
        + a * MathFunctions.logarithm(x) + b * MathFunctions.logarithm(1 - x))
    let tiny = 1e-300
    var c = 1.0
    var d = 1 / max(1 - (a + b) * x / (a + 1), tiny)
    var value = d
    for m in 1...500 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      for term in [even, odd] {
        d = 1 / nonZero(1 + term * d, tiny)
        c = nonZero(1 + term / c, tiny)
        value *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return front * value / a
  }

  private static func nonZero(_ x: Double, _ tiny: Double) -> Double { abs(x) < tiny ? tiny : x }
}
