// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Figure 4 of the paper.
package enum ExampleSection {
  package static func section(_ finding: Finding<[ExampleRow]>) -> Section {
    Section(
      "examples", "What each branch says of single rows", short: "Single rows", finding,
      body: body)
  }

  private static func body(_ rows: [ExampleRow]) -> Markup {
    let cards = rows.enumerated().map { index, row -> Markup in
      let name: Markup = row.identifier.map { " · <bdi>\($0)</bdi>" } ?? ""
      let label: Markup = row.label.map { "<bdi>\($0)</bdi>" } ?? "no label"
      return """
        <figure class="card"><h3>\(label)</h3><p class="note">row \(Decimals.grouped(row.row))\(name): \
        \(row.reason)</p>\(ExampleFigure.markup(row, identifier: "example-\(index)"))</figure>

        """
    }
    return """
      <p class="lede">The \(ExampleRow.candidates) most probable classes of each branch, as Figure 4 of the \
      paper shows them; ✓ marks the class of the row. A thin line spans the lowest and the highest \
      probability over \(ExampleRow.draws) single noise draws; the bar is what the model says with its own \
      draws. Probe and alignment know no noise.</p>
      <div class="cards">\(cards)</div>

      """
  }
}
