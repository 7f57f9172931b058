// SPDX-License-Identifier: Apache-2.0

import MARNetHeads

/// One line of `metrics.jsonl`: the mean losses of one epoch. Holds no times, so that equal
/// fits write equal bytes.
public struct EpochRecord: Codable, Sendable, Equatable {
  /// What was trained.
  public var stage: String
  /// From 1.
  public var epoch: Int
  /// Steps done at the end of the epoch.
  public var step: Int
  /// Learning rate of the epoch's last step.
  public var learningRate: Double
  /// Weighted sum of the terms below.
  public var loss: Double
  /// Cross-entropy of the alignment head, nats.
  public var alignmentCrossEntropy: Double?
  /// Alignment loss between the modalities, nats, weighted.
  public var alignmentLoss: Double?
  /// Cross-entropy of the reconstruction head, nats.
  public var reconstructionCrossEntropy: Double?
  /// Squared error of the denoiser, weighted.
  public var reconstructionError: Double?
  /// Cross-entropy of the fusion head, nats.
  public var fusionCrossEntropy: Double?
  /// Fused top-1 on held-out rows, a fraction.
  public var validationTop1: Double?

  init(
    stage: String, epoch: Int, step: Int, learningRate: Double, terms: LossTerms,
    validationTop1: Double?
  ) {
    self.stage = stage
    self.epoch = epoch
    self.step = step
    self.learningRate = learningRate
    loss = terms.total
    // A term of exactly 0 is one this stage does not train.
    func present(_ value: Double) -> Double? { value == 0 ? nil : value }
    alignmentCrossEntropy = present(terms.alignmentClassification)
    alignmentLoss = present(terms.alignment)
    reconstructionCrossEntropy = present(terms.reconstructionClassification)
    reconstructionError = present(terms.reconstruction)
    fusionCrossEntropy = present(terms.fusionClassification)
    self.validationTop1 = validationTop1
  }

  /// The terms that were trained, with short names for a progress line.
  var namedLosses: [(name: String, value: Double)] {
    [
      ("loss", loss), ("align", alignmentLoss), ("recon", reconstructionError),
      ("ce", alignmentCrossEntropy),
    ].compactMap { name, value in value.map { (name, $0) } }
  }
}
