// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The confusion matrix and the most frequent confusions.
package enum ConfusionSection {
  package static func section(_ finding: Finding<Confusion>) -> Section {
    Section(
      "confusion", "What is taken for what", short: "Confusions", finding, body: body)
  }

  private static func body(_ content: Confusion) -> Markup {
    let shades = [
      (0, "up to 2 %"), (2, "5 to 10 %"), (4, "20 to 40 %"), (7, "over 80 % of the class"),
    ].map {
      shade, name -> Markup in
      """
      <li><svg class="key" viewBox="0 0 14 14" aria-hidden="true"><rect class="shade-\(shade)" width="14" \
      height="14"/></svg>\(name)</li>
      """
    }
    let omitted = content.cells.count - ConfusionFigure.mostCells
    let others: Markup =
      omitted > 0 ? " \(Decimals.grouped(omitted)) cells of the fewest rows are not drawn." : ""
    return """
      <p class="lede">One row a true class, one column what it was taken for, by the final prediction. \
      \(Decimals.grouped(content.wrongRows)) rows are wrong.\(others)</p>
      <ul class="legend">\(shades)</ul>
      <div><input type="checkbox" id="enlarge"/> <label for="enlarge" class="zoom">Enlarge; \
      then scroll within</label>
      <div class="\(ConfusionFigure.hasNames(content) ? "matrix named" : "matrix")" style="--wide:\(ConfusionFigure.enlargedWidth(content))px" tabindex="0" role="region" aria-label="Confusion matrix">\
      \(ConfusionFigure.markup(content))</div></div>
      <h3>Most frequent confusions</h3>
      \(mistakes(content))
      """
  }

  private static func mistakes(_ content: Confusion) -> Markup {
    guard !content.mistakes.isEmpty else { return "<p>None.</p>\n" }
    var table = Table(
      "The \(content.mistakes.count) most frequent, beside how often the probe makes them.",
      header: ["true class", "taken for", "rows", "of the class", "probe, rows"], isWords: true,
      numberColumns: [2, 3, 4])
    for one in content.mistakes {
      table.add(
        "<bdi>\(content.classNames[one.label])</bdi>",
        [
          Table.Cell("<bdi>\(content.classNames[one.prediction])</bdi>"),
          Table.Cell("\(Decimals.grouped(one.rows))", look: "number"),
          Table.Cell("\(Points.plain(one.share)) %", look: "number"),
          Table.Cell("\(Decimals.grouped(one.probeRows))", look: "number"),
        ])
    }
    return table.markup
  }
}
