// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What a training network optimises, and how it is regularised.
package struct NetworkOptions: Sendable {
  /// The alignment loss; nil leaves the text projector out.
  package var alignmentLoss: (any AlignmentLoss)?
  /// Of the tokens that batches carry, for losses that read them.
  package var tokens: TokenShape?
  /// β.
  package var alignmentWeight: Float = 0
  /// γ, weight of the denoiser's squared error; 0 leaves the noised pass out.
  package var reconstructionWeight: Float = 0
  /// b, factor on the text feature before diffusion.
  package var textScale: Float = 1
  /// Slope of LeakyReLU below 0.
  package var slope: Float = 0.01
  package var dropout: Float = 0
  /// Standard deviation of the noise added to standardised images in training.
  package var featureNoise: Float = 0
  /// Whether a linear map of the image is added to the denoiser's output.
  package var hasSkip = false

  /// False trains the denoiser on x_t = 0 at t = 0 only.
  package var diffuses = true

  /// Those that each compute on some rows of a batch.
  package var ranks: any RankGroup = SingleRank.only
  /// Place in the whole batch of the first row that this rank computes on.
  package var firstRow = 0

  package init() {}

  /// The loss with its memory for `batchSize` rows of this rank; its parameters go into `layout`.
  func bindAlignment(
    dimensions: HeadDimensions, batchSize: Int, precision: Precision, key: RandomKey,
    in layout: inout ParameterLayout
  ) -> BoundAlignmentLoss? {
    guard let alignmentLoss else { return nil }
    return BoundAlignmentLoss(
      alignmentLoss,
      shape: AlignmentShape(
        pairCount: batchSize, width: dimensions.aligned, classCount: dimensions.classes,
        tokens: tokens),
      precision: precision, key: key, in: &layout)
  }
}
