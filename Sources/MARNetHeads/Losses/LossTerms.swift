// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The terms of one step's loss, weighted as they enter the sum, in nats (reconstruction:
/// squared standard deviations of the text feature).
package struct LossTerms: Sendable, Equatable, Codable {
  /// Cross-entropy of the alignment head (MARNet, arXiv 2407.18854, eq. 12).
  package var alignmentClassification = 0.0
  /// The alignment loss between the modalities; InfoNCE is that of MARNet, eqs. 9 to 11.
  package var alignment = 0.0
  /// Cross-entropy of text rows by the alignment head, where the alignment loss asks for it.
  package var textClassification = 0.0
  /// Cross-entropy of the reconstruction head, the first term of MARNet, eq. 20.
  package var reconstructionClassification = 0.0
  /// Squared error of the denoiser, the second term of MARNet, eq. 20.
  package var reconstruction = 0.0
  /// Cross-entropy of the fusion classifier, on the logits of MARNet, eq. 24.
  package var fusionClassification = 0.0

  package init() {}

  package var total: Double {
    alignmentClassification + alignment + textClassification + reconstructionClassification
      + reconstruction
      + fusionClassification
  }

  package static func += (left: inout LossTerms, right: LossTerms) {
    left.alignmentClassification += right.alignmentClassification
    left.alignment += right.alignment
    left.textClassification += right.textClassification
    left.reconstructionClassification += right.reconstructionClassification
    left.reconstruction += right.reconstruction
    left.fusionClassification += right.fusionClassification
  }

  /// Replaces every term by its sum over the ranks.
  package mutating func sum(over ranks: any RankGroup) {
    // It holds numbers of that type alone.
    withUnsafeMutableBytes(of: &self) { ranks.sum($0.bindMemory(to: Double.self)) }
  }

  package func divided(by count: Double) -> LossTerms {
    var result = self
    result.alignmentClassification /= count
    result.alignment /= count
    result.textClassification /= count
    result.reconstructionClassification /= count
    result.reconstruction /= count
    result.fusionClassification /= count
    return result
  }

  /// The first term that is not a finite number, by name.
  package var firstNonFinite: String? {
    let named: [(String, Double)] = [
      ("alignment cross-entropy", alignmentClassification), ("alignment loss", alignment),
      ("text cross-entropy", textClassification),
      ("reconstruction cross-entropy", reconstructionClassification),
      ("reconstruction error", reconstruction), ("fusion cross-entropy", fusionClassification),
    ]
    return named.first { !$0.1.isFinite }?.0
  }
}
