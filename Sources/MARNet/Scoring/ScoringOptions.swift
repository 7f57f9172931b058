// SPDX-License-Identifier: Apache-2.0

import MARNetHeads

/// How to score; what is nil is taken from the model's configuration.
public struct ScoringOptions: Sendable, Equatable {
  /// K, draws of x_CDR whose predictions are averaged.
  public var draws: Int?
  /// The sampler of x_CDR.
  public var sampler: SamplingOptions.Method?
  /// Steps of DDIM.
  public var steps: Int?
  /// Stochasticity of DDIM, 0 to 1.
  public var eta: Double?
  /// Seed of the noise.
  public var seed: UInt64?
  /// Type of the operands of matrix products.
  public var precision = ProductPrecision.auto
  /// Whether x_EMA and x_CDR are returned too.
  public var includesFeatures = false

  /// Everything as the model was fitted.
  public init() {}

  /// The sampling options of a model's configuration with what these name in their place.
  func effective(for configuration: Configuration) -> SamplingOptions {
    var sampling = configuration.sampling
    if let draws { sampling.draws = draws }
    if let sampler { sampling.sampler = sampler }
    if let steps { sampling.steps = steps }
    if let eta { sampling.eta = eta }
    return sampling
  }

  /// The sampling of a model under these options.
  ///
  /// - Throws: `ModelError.invalidSampling`, `ConfigurationError` for values out of range.
  func sampling(for configuration: Configuration) throws -> HeadScorer.Sampling {
    var effective = configuration
    effective.sampling = self.effective(for: configuration)
    if let sampler, configuration.training.scheme == .joint, sampler != .oneStep {
      throw ModelError.invalidSampling(
        reason: "the heads of this model were trained on one denoiser call from pure noise; "
          + "they are not valid on samples of '\(sampler.rawValue)'",
        remedy: "Leave '--sampler' out, or fit with '--preset paper' to use it.")
    }
    try effective.validate()
    return HeadScorer.Sampling(
      sampler: effective.sampling.headSampler, draws: effective.sampling.draws,
      seed: seed ?? configuration.seed)
  }
}
