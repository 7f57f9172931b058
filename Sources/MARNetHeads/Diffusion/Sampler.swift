// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How x_CDR is drawn from noise.
package enum Sampler: Sendable, Equatable {
  /// One call of the denoiser from N(0, I) at t = T − 1.
  case oneStep
  /// One call on x_t = 0 at t = 0: the denoiser's network without diffusion, the row "+MLP" of
  /// MARNet's Table 2.
  case noiseless
  /// Denoising diffusion implicit models (Song et al., arXiv 2010.02502) on `steps` of the T
  /// steps; `eta` 0 is deterministic, 1 with every step is DDPM.
  case ddim(steps: Int, eta: Double)
  /// Every step of the posterior (MARNet, eqs. 21 to 23; Ho et al., arXiv 2006.11239).
  case ddpm

  /// The steps visited, descending; `oneStep` is [T − 1], and so is DDIM with 1 step.
  package func timesteps(of stepCount: Int) -> [Int] {
    switch self {
    case .oneStep:
      return [stepCount - 1]
    case .noiseless:
      return [0]
    case .ddpm:
      return Array((0..<stepCount).reversed())
    case .ddim(let steps, _):
      guard steps > 1 else { return [stepCount - 1] }
      let spread = (0..<steps).map { index in
        let exact = Double(stepCount - 1) * Double(index) / Double(steps - 1)
        return Int(exact.rounded(.toNearestOrEven))
      }
      return Set(spread).sorted(by: >)
    }
  }

  /// x_p as a combination of x̂₀, x_t and fresh noise; `previous` is −1 after the last step,
  /// where the result is x̂₀ itself.
  package func update(from step: Int, to previous: Int, schedule: NoiseSchedule) -> Update {
    guard previous >= 0 else { return Update(clean: 1, noisy: 0, noise: 0) }
    switch self {
    case .oneStep, .noiseless:
      return Update(clean: 1, noisy: 0, noise: 0)
    case .ddpm:
      return Update(
        clean: schedule.posteriorClean[step], noisy: schedule.posteriorNoisy[step],
        noise: schedule.posteriorVariance[step].squareRoot())
    case .ddim(_, let eta):
      // ε̂ = (x_t − √ᾱ_t x̂₀) / √(1 − ᾱ_t);  x_p = √ᾱ_p x̂₀ + √(1 − ᾱ_p − σ²) ε̂ + σ z
      let current = schedule.alphaBar[step]
      let next = schedule.alphaBar[previous]
      let sigma =
        eta * ((1 - next) / (1 - current)).squareRoot() * (1 - current / next).squareRoot()
      let direction = max(0, 1 - next - sigma * sigma).squareRoot()
      let perNoise = direction / (1 - current).squareRoot()
      return Update(
        clean: next.squareRoot() - perNoise * current.squareRoot(), noisy: perNoise,
        noise: sigma)
    }
  }

  /// Coefficients of one reverse step.
  package struct Update: Sendable, Equatable {
    package let clean: Double
    package let noisy: Double
    package let noise: Double

    /// Whether the result is x̂₀ itself.
    package var isFinal: Bool { self == Update(clean: 1, noisy: 0, noise: 0) }
  }
}
