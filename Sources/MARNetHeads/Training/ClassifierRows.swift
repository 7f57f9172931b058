// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// What the alignment classifier reads and answers on a batch: images and, where text is
/// classified too, text rows by the same weights. The rows of a block stand together, its
/// images before its texts, so that one product of the whole makes the weight gradient.
final class ClassifierRows: Sendable {
  /// `[B or 2B, d]`, dropped-out x_v' and x_s'.
  let input: MatrixView
  /// `[B or 2B, C]`, then their gradient.
  let logits: MatrixView
  let hasText: Bool
  /// `[B or 2B, d]`, memory for ∂L/∂input.
  private let gradient: MatrixView
  private let workspace: Workspace

  init(dimensions: HeadDimensions, batchSize: Int, hasText: Bool) {
    self.hasText = hasText
    let rows = hasText ? 2 * batchSize : batchSize
    var workspace = Workspace()
    let input = workspace.reserve(rows, dimensions.aligned)
    let logits = workspace.reserve(rows, dimensions.classes)
    let gradient = workspace.reserve(hasText ? rows : 0, dimensions.aligned)
    workspace.make()
    self.workspace = workspace
    self.input = workspace[input]
    self.logits = workspace[logits]
    self.gradient = workspace[gradient]
  }

  private func visual(_ rows: Range<Int>) -> Range<Int> {
    let first = hasText ? 2 * rows.lowerBound : rows.lowerBound
    return first..<first + rows.count
  }

  private func text(_ rows: Range<Int>) -> Range<Int> {
    let first = 2 * rows.lowerBound + rows.count
    return first..<first + rows.count
  }

  func visualInput(_ rows: Range<Int>) -> MatrixView { input.rows(visual(rows)) }
  func visualLogits(_ rows: Range<Int>) -> MatrixView { logits.rows(visual(rows)) }
  func visualGradient(_ rows: Range<Int>) -> MatrixView { gradient.rows(visual(rows)) }
  func textInput(_ rows: Range<Int>) -> MatrixView { input.rows(text(rows)) }
  func textLogits(_ rows: Range<Int>) -> MatrixView { logits.rows(text(rows)) }
  func textGradient(_ rows: Range<Int>) -> MatrixView { gradient.rows(text(rows)) }
}
