// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Token embeddings alignment (Xie et al., ACM Multimedia 2022; TEAM in the paper's Table 1):
/// CLIP's loss on the embeddings, and a match loss that tells each pair from two hard
/// negatives, its text with another image and its image with another text.
///
/// A pair's score is the mean over words of cos(W_i R, W_t word), R what the blocks of
/// `TokenMatch` retrieve of the image's patches for the word. Of single vectors attention is
/// over one key and exactly 1: queries vanish and R is a residual MLP of the image, whatever
/// the text. That form, `GlobalMatch`, has one block; it is used where rows have no tokens.
///
/// As in the authors' code, with labels in the place of the images' numbers: rows of one
/// known class are known false negatives. None is drawn as a hard negative, and in CLIP's loss
/// their logit is 0, not −∞. A row without any negative on one side is matched against the
/// other side's alone. Fewer than 2 pairs: loss and gradients are 0.
package struct TEAM: AlignmentLoss {
  /// How hard negatives are chosen.
  package enum Negatives: Sendable, Equatable {
    /// Drawn as their similarity makes them likely, keyed by step and row.
    case drawn
    /// Row i has row i + shift for its negative: a loss that is smooth, for checks.
    case shifted(Int)
  }

  /// Blocks of the form of tokens.
  package var blockCount = 6
  /// Width of the projections whose cosines are the scores.
  package var projectionWidth = 512
  /// Width of an MLP's hidden layer over d.
  package var hiddenRatio = 2
  /// Inside blocks.
  package var dropout: Float = 0.1
  package var negatives = Negatives.drawn

  package init() {}

  package func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> TEAMScratch {
    TEAMScratch(self, shape, precision: precision, key: key, in: &layout)
  }

  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: TEAMScratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    guard pairs.count >= 2 else {
      gradients.clear()
      scratch.clearGradients(parameters)
      return 0
    }
    let contrast = scratch.contrast
    let global = contrast.evaluate(
      pairs, weight: weight, into: gradients, parameters, pool: pool)
    switch scratch.form {
    case .global(let match):
      return global
        + match.evaluate(
          pairs, negativeImages: contrast.negativeImages, negativeTexts: contrast.negativeTexts,
          weight: weight, addingTo: gradients, parameters, pool: pool)
    case .tokens(let match):
      return global
        + match.evaluate(
          pairs, pairs.requiredTokens, negativeImages: contrast.negativeImages,
          negativeTexts: contrast.negativeTexts, weight: weight, parameters, pool: pool)
    }
  }

  package func addProjectorGradients(
    _ pairs: AlignmentPairs, scratch: TEAMScratch, parameters: ParameterBlock, pool: WorkerPool
  ) {
    guard pairs.count >= 2, case .tokens(let match) = scratch.form else { return }
    match.addProjectorGradients(pairs.count, pairs.requiredTokens, parameters, pool: pool)
  }
}

extension AlignmentPairs {
  fileprivate var requiredTokens: PairTokens {
    guard let tokens else { preconditionFailure("TEAM was made for tokens and got none") }
    return tokens
  }
}

/// Parameters of TEAM and memory for its steps, made once for a training run.
package final class TEAMScratch: Sendable {
  let contrast: GlobalContrast
  let form: Form

  enum Form {
    case global(GlobalMatch)
    case tokens(TokenMatch)
  }

  private let slots: [ParameterSlot]

  init(
    _ options: TEAM, _ shape: AlignmentShape, precision: Precision, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    let before = layout.slots.count
    contrast = GlobalContrast(
      shape, draw: HardNegatives(choice: options.negatives, key: key), in: &layout)
    if let tokens = shape.tokens {
      form = .tokens(TokenMatch(options, shape, tokens: tokens, key: key, in: &layout))
    } else {
      form = .global(GlobalMatch(options, shape, precision: precision, key: key, in: &layout))
    }
    slots = Array(layout.slots[before...])
  }

  /// Sets the gradients of all own parameters to 0.
  func clearGradients(_ parameters: ParameterBlock) {
    for slot in slots { parameters.gradient(of: slot).fill(0) }
  }
}
