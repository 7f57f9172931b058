// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Gains and losses of the classes against the probe.
package enum ClassSection {
  package static func section(_ finding: Finding<ClassGains>) -> Section {
    Section(
      "classes", "Which classes gained, which lost", short: "Classes", finding, body: body)
  }

  private static func body(_ content: ClassGains) -> Markup {
    let same = content.rows.count - content.better - content.worse
    let few = content.rows.map(\.rows).min() ?? 0
    let figure: Markup =
      content.better + content.worse == 0
      ? "" : "<figure>\(ClassGainFigure.markup(content))</figure>\n"
    return """
      <p class="lede">Against the probe, \(content.predictor) is better in \(content.better) classes, \
      worse in \(content.worse) and equal in \(same). The smallest class has \(few) rows: single classes \
      vary much by chance.</p>
      \(figure)\(details(content))
      """
  }

  private static func details(_ content: ClassGains) -> Markup {
    var table = Table(
      "Accuracy within each class.",
      header: ["class", "rows", "probe %", "\(content.predictor) %", "gain, points"])
    for row in content.rows {
      table.add(
        "<bdi>\(row.name)</bdi>",
        [
          Table.Cell("\(Decimals.grouped(row.rows))"), Table.Cell("\(Points.plain(row.probe))"),
          Table.Cell("\(Points.plain(row.own))"),
          Table.Cell(
            "\(Points.signed(row.gain))", look: row.gain > 0 ? "up" : row.gain < 0 ? "down" : nil),
        ])
    }
    return """
      <details class="long"><summary>All \(Decimals.grouped(content.rows.count)) classes</summary>\
      \(table.markup)</details>

      """
  }
}
