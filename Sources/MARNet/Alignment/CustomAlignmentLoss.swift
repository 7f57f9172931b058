// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// An alignment loss of the caller's own, in place of those of `AlignmentOptions.Method`.
///
/// It draws the projections x_v' of images and x_s' of texts together while a model is fitted,
/// with the weight β of `AlignmentOptions.weight`. Pass it to `Trainer`; a fitted model does not
/// need it.
///
/// A fit calls it once a step. What it answers may depend on its arguments and constants only:
/// then the same fit gives the same bytes.
public protocol CustomAlignmentLoss: Sendable {
  /// Which loss with which constants, such as "cosine, margin 0.1".
  ///
  /// The name stands in the report of the model, and a fit is not resumed under another one.
  var name: String { get }

  /// The loss of a batch, and what it is to change.
  ///
  /// - Returns: the value L in nats, and ∂L/∂x_v' and ∂L/∂x_s', both `[n, d]` as
  ///   `pairs.visual`. β is multiplied in later.
  func valueWithGradients(
    _ pairs: AlignmentBatch
  ) -> (value: Double, visual: Matrix, text: Matrix)
}

/// The rows of one batch that have text, as an alignment loss sees them.
public struct AlignmentBatch: Sendable {
  /// x_v', `[n, d]`: images in the shared space, behind LeakyReLU, of any length.
  public let visual: Matrix
  /// x_s', `[n, d]`; row i describes row i of `visual`.
  public let text: Matrix
  /// `[n]`, class of a pair; -1 where it has no label.
  public let labels: [Int32]
  /// Counts from 0 over the training of one network; keys whatever the loss draws at random.
  public let step: Int

  /// Makes a batch, to try a loss on; rows of equal count and width.
  public init(visual: Matrix, text: Matrix, labels: [Int32], step: Int = 0) {
    precondition(
      visual.rowCount == text.rowCount && visual.columnCount == text.columnCount
        && labels.count == visual.rowCount,
      """
      pairs need equal shapes and a label each; got \(visual.view.shape), \(text.view.shape), \
      \(labels.count) labels
      """)
    self.visual = visual
    self.text = text
    self.labels = labels
    self.step = step
  }
}
