// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Figure 3 of the paper.
package enum EmbeddingSection {
  package static func section(_ finding: Finding<EmbeddedRows>) -> Section {
    Section(
      "embedding", "Images and reconstructed texts in the plane", short: "t-SNE", finding,
      body: body)
  }

  private static func body(_ content: EmbeddedRows) -> Markup {
    let rows = content.names.indices.map { index in content.classes.count { $0 == index } }
    let legend = content.names.indices.map { index -> Markup in
      """
      <li>\(EmbeddingFigure.key(index))<span><bdi>\(content.names[index])</bdi> \
      <span class="small">(\(rows[index]))</span></span></li>
      """
    }
    let which: Markup =
      content.isDefault
      ? "The \(content.names.count) classes that are most confused with each other"
      : "Chosen classes"
    let spaces = [(content.visual, "plane-visual"), (content.reconstructed, "plane-text")]
    let panels = spaces.map { panel($0, content, $1) }
    return """
      <p class="lede">\(which), as Figure 3 of the paper shows them: where they lie apart, a classifier can \
      tell them apart.</p>
      <ul class="legend">\(legend)</ul>
      <div class="pair">\(panels)</div>
      <p class="note">Exact t-SNE with the defaults of scikit-learn, where the paper gives no settings: \
      perplexity \(Decimals.text(content.visual.plane.perplexity, digits: 0)), early exaggeration 12 over \
      the first 250 of 1,000 iterations, started from the first two principal components. Distances between \
      far groups mean nothing; the share of neighbours is measured on the features themselves.</p>

      """
  }

  private static func panel(
    _ space: EmbeddedRows.Space, _ rows: EmbeddedRows, _ identifier: String
  ) -> Markup {
    """
    <figure><p class="paneltitle">\(space.title)</p>\
    \(EmbeddingFigure.markup(space, rows, identifier: identifier))\
    <figcaption>Of the ten nearest neighbours of a row, <b>\(Points.plain(space.agreement)) %</b> are of its \
    class. \(Decimals.grouped(space.width)) columns; divergence \
    \(Decimals.text(space.plane.divergence, digits: 3)) nats.</figcaption></figure>

    """
  }
}
