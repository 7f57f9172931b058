// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The reverse diffusion, step by step.
package enum DenoisingSection {
  package static func section(_ finding: Finding<TracedRows>) -> Section {
    Section("denoising", "From noise to text", short: "Denoising", finding, body: body)
  }

  private static func body(_ traced: TracedRows) -> Markup {
    let path = traced.path
    let rows = Decimals.grouped(path.rows)
    let lead: Markup =
      path.steps.count == 1
      ? """
      This model draws its reconstruction in one call of the denoiser at \
      t = \(path.steps[0].step), as it was trained: there is one step to see.
      """
      : """
      \(path.steps.count) of \(path.stepCount) steps, from pure noise down: at each the denoiser's estimate \
      of the clean text feature, given to the reconstruction head.
      """
    let means: Markup =
      traced.missingTexts.map {
        "<p class=\"note\">Distances to the classes' texts are not shown. \($0)</p>\n\n"
      } ?? ""
    return """
      <p class="lede">\(lead) \(rows) rows, one noise draw each.</p>
      \(path.steps.count > 1 ? figures(path) : "")\(table(path))\(means)
      """
  }

  private static func figures(_ path: DenoisingPath) -> Markup {
    let accuracy = LinePanel(
      identifier: "denoising-accuracy", title: "Accuracy of the reconstruction at each step",
      description: path.steps.map { "t \($0.step): \(Points.plain($0.top1)) %" }
        .joined(separator: "; ") + ".", horizontal: "step t", vertical: "% right",
      lines: [
        LinePanel.Line(
          name: "accuracy", look: .first, points: path.steps.map { (Double($0.step), $0.top1) })
      ], runsDown: true, marksPoints: true, isPercent: true)
    let first: Markup = """
      <figure><p class="paneltitle">Accuracy at each step</p>\(accuracy.markup)</figure>

      """
    guard path.rowsWithMeans > 0 else { return "<div class=\"grid\">\(first)</div>\n" }
    let own = path.steps.compactMap { step in step.ownDistance.map { (Double(step.step), $0) } }
    let other = path.steps.compactMap { step in step.otherDistance.map { (Double(step.step), $0) } }
    let distance = LinePanel(
      identifier: "denoising-distance", title: "Distance to the mean text of the class",
      description: path.steps.map { step in
        "t \(step.step): own \(Decimals.text(step.ownDistance ?? 0, digits: 2)), others "
          + Decimals.text(step.otherDistance ?? 0, digits: 2)
      }.joined(separator: "; ") + ".", horizontal: "step t", vertical: "distance",
      lines: [
        LinePanel.Line(name: "own class", look: .first, points: own),
        LinePanel.Line(name: "other classes", look: .second, points: other),
      ], runsDown: true, marksPoints: true)
    return """
      <div class="grid">\(first)<figure><p class="paneltitle">Distance to mean texts</p>\(distance.markup)\
      <figcaption><ul class="legend"><li><svg class="stroke" viewBox="0 0 30 10" aria-hidden="true"><path \
      class="s-first line" d="M1 5H29"/></svg>own class</li><li><svg class="stroke" viewBox="0 0 30 10" \
      aria-hidden="true"><path class="s-second line" d="M1 5H29"/></svg>other classes</li></ul>Root \
      mean square over columns, in standardised units; means over the training texts.</figcaption></figure>\
      </div>

      """
  }

  private static func table(_ path: DenoisingPath) -> Markup {
    let hasMeans = path.rowsWithMeans > 0
    var table = Table(
      "The denoiser's estimate at each step.",
      header: ["step t", "noise in x_t", "top-1 %"]
        + (hasMeans ? ["to own class", "to the others"] : []))
    for step in path.steps {
      var cells = [
        Table.Cell("\(Decimals.text(step.noise, digits: 3))"),
        Table.Cell("\(Points.plain(step.top1))"),
      ]
      if hasMeans {
        cells += [step.ownDistance, step.otherDistance].map {
          Table.Cell("\(Decimals.text($0 ?? 0, digits: 3))")
        }
      }
      table.add("\(step.step)", cells)
    }
    return path.steps.count > 1
      ? "<details><summary>The numbers</summary>\(table.markup)</details>\n" : table.markup
  }
}
