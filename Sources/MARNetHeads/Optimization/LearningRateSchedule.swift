// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Linear warm-up times a cosine to 0:
/// rate(k) = peak · min(1, (k + 1) / (warmup · steps)) · (1 + cos(π k / steps)) / 2.
package struct LearningRateSchedule: Sendable {
  package let peak: Double
  package let stepCount: Int
  /// Fraction of the steps.
  package let warmup: Double

  package init(peak: Double, stepCount: Int, warmup: Double) {
    self.peak = peak
    self.stepCount = stepCount
    self.warmup = warmup
  }

  package func rate(at step: Int) -> Double {
    let warm = warmup > 0 ? min(1, Double(step + 1) / (warmup * Double(stepCount))) : 1
    return peak * warm * 0.5 * (1 + cos(Double.pi * Double(step) / Double(stepCount)))
  }
}
