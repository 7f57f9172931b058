// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The learning curves of every network.
package enum CurveSection {
  package static func section(_ finding: Finding<[LearningCurves]>) -> Section {
    Section("curves", "How it was learned", short: "Learning curves", finding, body: body)
  }

  private static func body(_ content: [LearningCurves]) -> Markup {
    let runs = content.flatMap(\.panels).flatMap(\.series).map(\.run)
    let legend: Markup =
      runs.contains("final fit")
      ? """
      <ul class="legend">\(key(.first, "final fit, on all training rows"))\
      \(key(.second, "trained without the held-out rows, which are then tested"))</ul>

      """ : ""
    let own = content.filter { !$0.isControl }.enumerated().map { group($1, "n\($0)") }
    let controls = content.filter(\.isControl).enumerated().map { group($1, "c\($0)") }
    let folded: Markup =
      controls.isEmpty
      ? ""
      : "<details><summary>Networks without text, for comparison</summary>\(controls)</details>\n"
    return """
      <p class="lede">Mean loss of every epoch as it was trained, with dropout and noise.</p>
      \(legend)\(own)\(folded)
      """
  }

  private static func key(_ look: LinePanel.Look, _ name: String) -> Markup {
    """
    <li><svg class="stroke" viewBox="0 0 30 10" aria-hidden="true"><path class="\(look.rawValue) line" \
    d="M1 5H29"/></svg>\(name)</li>
    """
  }

  private static func group(_ curves: LearningCurves, _ identifier: String) -> Markup {
    let panels = curves.panels.enumerated().map { index, panel -> Markup in
      let said = panel.series.map { series -> String in
        let (first, last) = (series.points.first?.value ?? 0, series.points.last?.value ?? 0)
        let run = series.run.isEmpty ? "" : "\(series.run): "
        return "\(run)\(number(first, panel)) to \(number(last, panel)) in "
          + "\(series.points.last?.epoch ?? 0) epochs"
      }
      let drawing = LinePanel(
        identifier: "curve-\(identifier)-\(index)", title: "\(panel.title), \(curves.network)",
        description: said.joined(separator: "; ") + ".", horizontal: "epoch",
        vertical: panel.unit,
        lines: panel.series.map { series in
          LinePanel.Line(
            name: series.run, look: series.run == "held-out test" ? .second : .first,
            points: series.points.map { (Double($0.epoch), $0.value) })
        }, isPercent: panel.isFraction)
      return """
        <figure><p class="paneltitle">\(panel.title)</p>\(drawing.markup)<figcaption>\
        \(said.joined(separator: "; "))</figcaption></figure>

        """
    }
    let name = curves.network.prefix(1).uppercased() + curves.network.dropFirst()
    return "<h3>\(name)</h3>\n<div class=\"grid\">\(panels)</div>\n"
  }

  private static func number(_ value: Double, _ panel: LearningCurves.Panel) -> String {
    panel.isFraction ? "\(Points.plain(value)) %" : Decimals.text(value, digits: 3)
  }
}
