// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What of a model is exported.
public struct ExportOptions: Sendable, Equatable {
  /// The part of a model that a graph holds.
  public enum Heads: String, Sendable, CaseIterable {
    /// What `Model.score` does: whatever predicts, calibrated.
    case all
    /// Projector and alignment head: one matrix product and a small one.
    case alignment
    /// The linear probe.
    case probe
  }

  /// The part.
  public var heads = Heads.all
  /// Sampler, draws and seed of the noise; what is nil is the model's. Type of products and
  /// `includesFeatures` have no effect: graphs are float32.
  public var scoring = ScoringOptions()
  /// Whether x_EMA is an output too.
  public var includesEmbedding = false
  /// Whether x_CDR is an output too.
  public var includesReconstruction = false

  /// All heads, as the model was fitted.
  public init() {}
}
