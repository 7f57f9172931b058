// SPDX-License-Identifier: Apache-2.0

import MARNetHeads

/// The alignment module (the paper's EMA).
public struct AlignmentOptions: Codable, Sendable, Equatable {
  /// The alignment losses of the paper's Table 1.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// InfoNCE in both directions, the paper's own.
    case ita
    /// Sliced Wasserstein distance of class probabilities.
    case swd
    /// Class centroids and soft labels of SSAN.
    case ssan
    /// Contrastive domain discrepancy of CAN.
    case cdd
    /// Similarity distribution matching of IRRA.
    case sdm
    /// CLIP's loss and a match loss against hard negatives; of tokens where the file has them.
    case team

    /// In words, for tables.
    package var title: String {
      switch self {
      case .ita: "ITA (InfoNCE)"
      case .swd: "SWD"
      case .ssan: "SSAN"
      case .cdd: "CDD"
      case .sdm: "SDM"
      case .team: "TEAM"
      }
    }

    /// β at which the method is first tried.
    public var defaultWeight: Double {
      switch self {
      case .ita, .ssan, .team: 1
      case .swd: 100
      case .cdd, .sdm: 0.3
      }
    }
  }

  /// The loss that draws x_v' and x_s' together.
  public var method = Method.ita
  /// d, width of the shared space.
  public var dimension = 256
  /// τ of InfoNCE, divides the cosine similarity; fixed.
  public var temperature = 0.07
  /// The pairs that are negatives of each other in a fit of several ranks.
  public enum Negatives: String, Codable, Sendable, CaseIterable {
    /// Those of all ranks.
    case global
    /// Those of one rank.
    case local
  }

  /// Nil: of all ranks in `ita`, of one rank in the other methods, which have no such choice.
  public var negatives: Negatives?
  /// β, weight of the alignment loss; in joint training multiplied by the gate.
  public var weight = 0.3
  /// Slope of LeakyReLU below 0.
  public var leakySlope = 0.01

  /// The defaults.
  public init() {}

  /// Takes another method with its default weight; the same one leaves the weight as it is.
  public mutating func use(_ method: Method) {
    guard method != self.method else { return }
    self.method = method
    weight = method.defaultWeight
  }
}

extension AlignmentOptions {
  /// Whether a loss of several ranks is that of all their pairs.
  var spansRanks: Bool { method == .ita && negatives != .local }

  /// The loss the options describe.
  var loss: any AlignmentLoss {
    switch method {
    case .ita: InfoNCE(temperature: Float(temperature))
    case .swd: SlicedWasserstein()
    case .ssan: SimultaneousSemanticAlignment()
    case .cdd: ContrastiveDomainDiscrepancy()
    case .sdm: DistributionMatching()
    case .team: TEAM()
    }
  }
}

/// The reconstruction module (the paper's CDR).
public struct ReconstructionOptions: Codable, Sendable, Equatable {
  /// Shape of β over the diffusion steps.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// Nichol and Dhariwal's cosine.
    case cosine
    /// Ho et al.'s linear schedule scaled to T steps; needs T above 20.
    case linear

    var kind: NoiseSchedule.Kind { self == .cosine ? .cosine : .linear }
  }

  /// Width of the denoiser's hidden layers.
  public var hiddenWidth = 256
  /// Width of the embedding of the diffusion step.
  public var timeEmbeddingWidth = 32
  /// T.
  public var diffusionSteps = 50
  /// Noise schedule.
  public var schedule = Schedule.cosine
  /// b, factor on the standardised text feature before diffusion: a lower signal-to-noise
  /// ratio at every step keeps the denoiser from copying text it will not have.
  public var textScale = 0.3
  /// γ, weight of the squared error.
  public var weight = 1.0
  /// Whether a linear map of the image is added to the denoiser's output.
  public var hasSkip = true

  /// The defaults.
  public init() {}
}

/// From both modules to one prediction.
public struct FusionOptions: Codable, Sendable, Equatable {
  /// ⊕ (MARNet, arXiv 2407.18854, eq. 24).
  public enum Operator: String, Codable, Sendable, CaseIterable {
    /// The operators of MARNet, eq. 24.
    case concatenation, addition, multiplication, sum, harmonic

    var fusionOperator: FusionOperator {
      switch self {
      case .concatenation: .concatenation
      case .addition: .addition
      case .multiplication: .multiplication
      case .sum: .sum
      case .harmonic: .harmonic
      }
    }
  }

  /// What the operator joins.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// Features, then one classifier (the paper).
    case representation
    /// Logits of two heads.
    case logit
  }

  /// What the final prediction is.
  public enum Prediction: String, Codable, Sendable, CaseIterable {
    /// softmax of the mean log-probability of alignment, reconstruction and fusion head.
    case averageOfHeads = "average-of-heads"
    /// The fusion classifier.
    case fusion

    var prediction: HeadArchitecture.Prediction {
      self == .fusion ? .fusion : .averageOfHeads
    }
  }

  /// The operator; joint training has concatenation only.
  public var fusionOperator = Operator.concatenation
  /// On features or on logits.
  public var mode = Mode.representation
  /// The final prediction.
  public var prediction = Prediction.averageOfHeads

  /// The defaults.
  public init() {}
}

/// How x_CDR is drawn when scoring.
public struct SamplingOptions: Codable, Sendable, Equatable {
  /// The way from noise to an estimate.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// One call of the denoiser at the last step: what joint training trains the heads on.
    case oneStep = "one-step"
    /// DDIM on a part of the steps.
    case ddim
    /// Every step of the posterior.
    case ddpm
  }

  /// The sampler.
  public var sampler = Method.oneStep
  /// Steps of DDIM.
  public var steps = 10
  /// Stochasticity of DDIM, 0 to 1.
  public var eta = 0.0
  /// K, draws whose predictions are averaged.
  public var draws = 8

  /// The defaults.
  public init() {}

  package var headSampler: Sampler {
    switch sampler {
    case .oneStep: .oneStep
    case .ddim: .ddim(steps: steps, eta: eta)
    case .ddpm: .ddpm
    }
  }
}
