// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// A loss that draws paired visual and text rows together, used in training only.
///
/// One value says which loss with which constants; memory for a training run is its
/// `Scratch`. The loss sees the projected rows of the pairs of a batch and, where
/// `readsLogits`, what the classifier makes of both; it writes the gradient of each.
package protocol AlignmentLoss: Sendable {
  associatedtype Scratch: Sendable

  /// Whether text rows are classified too, by the classifier that images use:
  /// L = w CE(z_v, y) + CE(z_s, y) + β L_align.
  var classifiesText: Bool { get }

  /// w, weight of the images' cross-entropy.
  var classificationWeight: Float { get }

  /// Whether it reads logits: of images, and of text rows too.
  var readsLogits: Bool { get }

  /// Whether it is this rank's share of a loss over the pairs of all ranks; otherwise it is a mean
  /// over this rank's own.
  var spansRanks: Bool { get }

  /// Memory for pairs of up to `shape`, made once for a training run; parameters of the
  /// loss's own are added to `layout`.
  ///
  /// - Parameters:
  ///   - precision: of the products, for losses that are dominated by them.
  ///   - key: of every random number the loss draws.
  func makeScratch(
    _ shape: AlignmentShape, precision: Precision, key: RandomKey, in layout: inout ParameterLayout
  ) -> Scratch

  /// The loss in nats times `weight`; writes its gradients, and those of its own parameters
  /// into `parameters.gradients`.
  func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    scratch: Scratch, parameters: ParameterBlock, pool: WorkerPool
  ) -> Double

  /// Called behind `evaluate` once the network's weight gradients stand: a loss that sends
  /// rows of its own, such as tokens, through the projectors adds their share.
  func addProjectorGradients(
    _ pairs: AlignmentPairs, scratch: Scratch, parameters: ParameterBlock, pool: WorkerPool)
}

extension AlignmentLoss {
  package var classifiesText: Bool { false }
  package var classificationWeight: Float { 1 }
  package var readsLogits: Bool { false }
  package var spansRanks: Bool { false }

  package func addProjectorGradients(
    _ pairs: AlignmentPairs, scratch: Scratch, parameters: ParameterBlock, pool: WorkerPool
  ) {}
}

/// The largest sizes an alignment loss meets.
package struct AlignmentShape: Sendable, Equatable {
  /// Pairs of a batch, n.
  package var pairCount: Int
  /// d, width of the shared space.
  package var width: Int
  /// C.
  package var classCount: Int
  /// Nil where rows have no tokens.
  package var tokens: TokenShape?

  package init(pairCount: Int, width: Int, classCount: Int, tokens: TokenShape? = nil) {
    self.pairCount = pairCount
    self.width = width
    self.classCount = classCount
    self.tokens = tokens
  }
}

/// What an alignment loss reads of one step: the batch's rows that have text.
package struct AlignmentPairs: @unchecked Sendable {
  /// `[n, d]`, x_v' and x_s'; row i of one pairs with row i of the other.
  package let visual: MatrixView
  package let text: MatrixView
  /// `[n, C]`, the classifier's logits of both; `[0, C]` unless the loss reads logits.
  package let visualLogits: MatrixView
  package let textLogits: MatrixView
  /// `[n]`, class of a pair; -1 where it has no label.
  package let labels: UnsafePointer<Int32>
  /// Counts from 0 over the whole training; keys random numbers.
  package let step: Int
  /// Pairs of each rank; empty where there is one rank.
  package let rankCounts: UnsafeBufferPointer<Int>
  /// Nil where rows have none.
  package let tokens: PairTokens?

  package init(
    visual: MatrixView, text: MatrixView, visualLogits: MatrixView, textLogits: MatrixView,
    labels: UnsafePointer<Int32>, step: Int,
    rankCounts: UnsafeBufferPointer<Int> = UnsafeBufferPointer(start: nil, count: 0),
    tokens: PairTokens? = nil
  ) {
    self.visual = visual
    self.text = text
    self.visualLogits = visualLogits
    self.textLogits = textLogits
    self.labels = labels
    self.step = step
    self.rankCounts = rankCounts
    self.tokens = tokens
  }

  /// n.
  package var count: Int { visual.rowCount }
}

/// Where an alignment loss writes ∂L/∂ of what it read, in the same shapes; every element is
/// overwritten.
package struct AlignmentGradients: Sendable {
  package let visual: MatrixView
  package let text: MatrixView
  package let visualLogits: MatrixView
  package let textLogits: MatrixView

  package init(
    visual: MatrixView, text: MatrixView, visualLogits: MatrixView, textLogits: MatrixView
  ) {
    self.visual = visual
    self.text = text
    self.visualLogits = visualLogits
    self.textLogits = textLogits
  }

  /// Sets all to 0.
  package func clear() {
    // One by one: an array of them would be an allocation in every step.
    visual.fill(0)
    text.fill(0)
    visualLogits.fill(0)
    textLogits.fill(0)
  }
}
