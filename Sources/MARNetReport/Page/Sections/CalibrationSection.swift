// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Reliability diagrams before and after calibration.
package enum CalibrationSection {
  package static func section(_ finding: Finding<Calibration>) -> Section {
    Section(
      "calibration", "Can its confidence be believed?", short: "Calibration", finding, body: body)
  }

  private static func body(_ content: Calibration) -> Markup {
    let isCalibrated = content.temperature != 1
    let after = panel(
      content.after, "reliability-after", isCalibrated ? "After calibration" : "As predicted",
      ece: content.eceAfter, nll: content.nllAfter)
    let before: Markup =
      isCalibrated
      ? panel(
        content.before, "reliability-before", "Before calibration", ece: content.eceBefore,
        nll: content.nllBefore) : ""
    let words: Markup =
      isCalibrated
      ? """
      One temperature, \(Decimals.text(content.temperature, digits: 3)), was fitted on held-out rows \
      and divides the final log-probabilities.
      """
      : """
      No temperature was fitted, for want of held-out rows or because it did not clearly help them: \
      before and after are the same.
      """
    return """
      <p class="lede">\(words) On the dashed line rows are right as often as the model is confident. Below, how many rows have that \
      confidence.</p>
      <ul class="legend"><li><svg class="key" viewBox="0 0 14 14" aria-hidden="true"><rect class="bar" \
      width="14" height="14"/></svg>right, as expected</li><li><svg class="key" viewBox="0 0 14 14" \
      aria-hidden="true"><rect class="gap-over" x="1" y="1" width="12" height="12"/></svg>confidence that is not kept\
      </li><li><svg class="key" viewBox="0 0 14 14" aria-hidden="true"><rect class="gap-under" x="1" y="1" \
      width="12" height="12"/></svg>right beyond expectation</li></ul>
      <div class="pair">\(before)\(after)</div>
      \(details(content, isCalibrated))
      """
  }

  private static func panel(
    _ bins: [ReliabilityBin], _ identifier: String, _ title: String, ece: Double, nll: Double
  ) -> Markup {
    """
    <figure><p class="paneltitle">\(title)</p>\
    \(ReliabilityFigure.markup(bins, identifier: identifier, title: title, ece: ece))\
    <figcaption>ECE \(Points.plain(ece, digits: 2)) %, NLL \(Decimals.text(nll, digits: 3)) nats\
    </figcaption></figure>

    """
  }

  private static func details(_ content: Calibration, _ isCalibrated: Bool) -> Markup {
    var table = Table(
      "Rows by confidence\(isCalibrated ? ", after calibration" : "").",
      header: ["confidence %", "rows", "mean confidence %", "right %"])
    for bin in content.after where bin.rows > 0 {
      table.add(
        "\(Points.plain(bin.lowest)) to \(Points.plain(bin.highest))",
        [
          Table.Cell("\(Decimals.grouped(bin.rows))"),
          Table.Cell("\(Points.plain(bin.confidence))"),
          Table.Cell("\(Points.plain(bin.accuracy))"),
        ])
    }
    return "<details><summary>The numbers</summary>\(table.markup)</details>\n"
  }
}
