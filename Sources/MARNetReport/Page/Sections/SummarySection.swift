// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The most important numbers, and the gain of each part.
package enum SummarySection {
  package static func section(_ content: ReportContent) -> Section {
    let notes = content.verdict.notes.map { "<p class=\"note\">\($0)</p>\n" as Markup }
    guard let table = content.predictors.value else {
      return Section("summary", "Summary", short: "Summary", "\(notes)\(heldOut(content))")
    }
    return Section(
      "summary", "Summary", short: "Summary",
      """
      \(notes)<div class="pair"><div>\(tiles(table))</div>
      <figure>\(GainFigure.markup(table))\
      <figcaption>Gain of each predictor over the probe, on \(table.source). A line is the \
      95 % interval over rows; it does not hold the chance of another fit.</figcaption></figure></div>

      """)
  }

  private static func heldOut(_ content: ReportContent) -> Markup {
    content.data.training.map { "<p>\($0)</p>\n" as Markup }.joined()
  }

  private static func tiles(_ table: PredictorTable) -> Markup {
    guard let probe = table.rows.first, let final = table.rows.last else { return "" }
    func tile(_ name: String, _ value: String, _ detail: String) -> Markup {
      "<div><dt>\(name)</dt><dd>\(value)<small>\(detail)</small></dd></div>\n"
    }
    return """
      <dl class="tiles">
      \(tile("Top-1", "\(Points.plain(final.metrics.top1)) %", "probe \(Points.plain(probe.metrics.top1)) %"))\
      \(tile(
        "Balanced accuracy", "\(Points.plain(final.metrics.balancedAccuracy)) %",
        "probe \(Points.plain(probe.metrics.balancedAccuracy)) %"))\
      \(tile(
        "NLL, nats", Decimals.text(final.metrics.nll, digits: 3),
        "probe \(Decimals.text(probe.metrics.nll, digits: 3)), less is better"))\
      \(tile(
        "Calibration error", "\(Points.plain(final.metrics.ece)) %",
        "probe \(Points.plain(probe.metrics.ece)) %, less is better"))\
      </dl>
      """
  }
}
