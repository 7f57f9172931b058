// SPDX-License-Identifier: Apache-2.0

/// The widths that shape every head.
package struct HeadDimensions: Sendable, Equatable {
  /// Dv, width of the visual feature.
  package var visual: Int
  /// Ds, width of the text feature.
  package var text: Int
  /// C.
  package var classes: Int
  /// d, width of the shared space.
  package var aligned: Int
  /// Width of the denoiser's hidden layers.
  package var hidden: Int
  /// Width of the time embedding.
  package var timeEmbedding: Int

  package init(
    visual: Int, text: Int, classes: Int, aligned: Int, hidden: Int, timeEmbedding: Int
  ) {
    self.visual = visual
    self.text = text
    self.classes = classes
    self.aligned = aligned
    self.hidden = hidden
    self.timeEmbedding = timeEmbedding
  }
}
