// SPDX-License-Identifier: Apache-2.0

/// Every hyper-parameter of a fit. Two presets fill it; a preset is nothing more.
///
/// It is stored with the model, and fitting again with it repeats the model byte for byte.
/// `Configuration(preset: .plugin)` is the default of `fit`; see docs/configuration.md for the
/// reasons behind the defaults.
public struct Configuration: Codable, Sendable, Equatable {
  /// The named starting points.
  public enum Preset: String, Codable, Sendable, CaseIterable {
    /// The recipe that held up against honest controls on real frozen features.
    case plugin
    /// MARNet as published (arXiv 2407.18854), in three stages.
    case paper
  }

  /// The preset the other values started from.
  public var preset: Preset
  /// Seed of every random number.
  public var seed: UInt64
  /// Steps, optimizer, dropout.
  public var training: TrainingOptions
  /// Projectors and the alignment loss.
  public var alignment: AlignmentOptions
  /// Denoiser, diffusion and its loss.
  public var reconstruction: ReconstructionOptions
  /// How both modules' outputs become one prediction.
  public var fusion: FusionOptions
  /// How x_CDR is drawn when scoring.
  public var sampling: SamplingOptions
  /// The linear probes.
  public var probe: ProbeOptions
  /// The text teacher and the gate.
  public var teacher: TeacherOptions
  /// Held-out rows, fallback and calibration.
  public var validation: ValidationOptions

  /// The defaults of `preset`.
  public init(preset: Preset = .plugin, seed: UInt64 = 0) {
    self.preset = preset
    self.seed = seed
    training = TrainingOptions()
    alignment = AlignmentOptions()
    reconstruction = ReconstructionOptions()
    fusion = FusionOptions()
    sampling = SamplingOptions()
    probe = ProbeOptions()
    teacher = TeacherOptions()
    validation = ValidationOptions()
    if preset == .paper {
      training.scheme = .staged
      alignment.weight = 1
      reconstruction.textScale = 1
      reconstruction.hasSkip = false
      fusion.prediction = .fusion
      sampling.sampler = .ddim
      teacher.isEnabled = false
      validation.fallback = false
    }
  }
}
