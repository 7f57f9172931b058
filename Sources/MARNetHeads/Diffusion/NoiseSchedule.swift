// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// β over T steps and everything derived from it (MARNet, arXiv 2407.18854, eqs. 14 to 16);
/// t counts from 0, ᾱ₋₁ = 1.
///
/// Computed in Float64, kept in both precisions. The posterior is that of MARNet, eq. 22, which
/// is eqs. 6 and 7 of Ho et al. (arXiv 2006.11239):
///
///     mean = √ᾱ_{t−1} β_t / (1 − ᾱ_t) x̂₀ + √α_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t) x_t
///     var  = β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t)
package struct NoiseSchedule: Sendable {
  /// The named shapes of β.
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// β_t = min(1 − f((t+1)/T) / f(t/T), 0.999), f(u) = cos²((u + 0.008) / 1.008 · π/2)
    /// (Nichol and Dhariwal, arXiv 2102.09672, eq. 17).
    case cosine
    /// β evenly from 0.1/T to 20/T: Ho et al.'s schedule, scaled from T = 1000.
    case linear
  }

  /// Why a schedule cannot be had.
  package enum Invalid: Error, Equatable {
    /// Some β is not below 1 (the linear schedule with T of 20 or less).
    case betaReachesOne(kind: Kind, steps: Int)
    /// Noise does not cover the signal at the last step: ᾱ_{T−1} must be below 0.01.
    case signalRemains(kind: Kind, steps: Int, alphaBar: Double)
  }

  package let kind: Kind
  package let beta: [Double]
  /// ᾱ_t = Π_{s ≤ t} (1 − β_s).
  package let alphaBar: [Double]
  /// Weight of x̂₀ in the posterior mean; exactly 1 at t = 0.
  package let posteriorClean: [Double]
  /// Weight of x_t in the posterior mean; exactly 0 at t = 0.
  package let posteriorNoisy: [Double]
  /// Posterior variance; exactly 0 at t = 0.
  package let posteriorVariance: [Double]

  package var stepCount: Int { beta.count }

  /// - Throws: `Invalid` when sampling from N(0, I) could not reproduce the data.
  package init(kind: Kind, stepCount: Int) throws(Invalid) {
    precondition(stepCount >= 1, "a noise schedule needs 1 step or more; got \(stepCount)")
    self.kind = kind
    let beta = Self.betas(kind, stepCount)
    guard beta.allSatisfy({ $0 < 1 }) else {
      throw .betaReachesOne(kind: kind, steps: stepCount)
    }
    var alphaBar: [Double] = []
    var clean: [Double] = []
    var noisy: [Double] = []
    var variance: [Double] = []
    var previous = 1.0
    for value in beta {
      let current = previous * (1 - value)
      clean.append(previous.squareRoot() * value / (1 - current))
      noisy.append((1 - value).squareRoot() * (1 - previous) / (1 - current))
      variance.append(value * (1 - previous) / (1 - current))
      alphaBar.append(current)
      previous = current
    }
    // 1 − ᾱ₀ equals β₀ up to rounding; the first step is exact by definition.
    clean[0] = 1
    noisy[0] = 0
    variance[0] = 0
    guard previous < 1e-2 else {
      throw .signalRemains(kind: kind, steps: stepCount, alphaBar: previous)
    }
    self.beta = beta
    self.alphaBar = alphaBar
    posteriorClean = clean
    posteriorNoisy = noisy
    posteriorVariance = variance
  }

  private static func betas(_ kind: Kind, _ stepCount: Int) -> [Double] {
    let count = Double(stepCount)
    switch kind {
    case .cosine:
      func f(_ u: Double) -> Double {
        let c = cos((u + 0.008) / 1.008 * Double.pi / 2)
        return c * c
      }
      return (0..<stepCount).map { step in
        min(1 - f(Double(step + 1) / count) / f(Double(step) / count), 0.999)
      }
    case .linear:
      let first = 1000 / count * 1e-4
      let last = 1000 / count * 0.02
      guard stepCount > 1 else { return [first] }
      return (0..<stepCount).map { first + (last - first) * Double($0) / (count - 1) }
    }
  }
}
