// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What the branches say of one row: bars of the most probable classes, whiskers over noise draws.
package enum ExampleFigure {
  package static func markup(_ row: ExampleRow, identifier: String) -> Markup {
    let (width, barTop, barHeight, left) = (340.0, 18.0, 20.0, 132.0)
    let right = width - 46
    let blocks = row.branches.map { barTop + barHeight * Double($0.candidates.count) + 8 }
    var drawing = Drawing(
      identifier, title: "Predictions for row \(row.row)", description: description(row),
      width: width, height: blocks.reduce(0, +))
    var y = 0.0
    for (branch, height) in zip(row.branches, blocks) {
      drawing.text(branch.title, x: 0, y: y + 13, class: "branch p-\(branch.name)")
      if let agreeing = branch.agreeingDraws {
        drawing.text(
          "first in \(agreeing) of \(ExampleRow.draws) draws", x: width, y: y + 13, anchor: .end,
          class: "tick")
      }
      for (index, candidate) in branch.candidates.enumerated() {
        let top = y + barTop + barHeight * Double(index)
        let end = left + (right - left) * candidate.probability
        let short = ShortName.of(
          candidate.name, width: left - (candidate.isRight ? 24 : 10), isBold: candidate.isRight)
        drawing.text(
          candidate.isRight ? "✓ \(short)" : short, x: left - 6, y: top + 14, anchor: .end,
          class: candidate.isRight ? "name right" : "name", tip: candidate.name)
        drawing.rectangle(
          x: left, y: top + 4, width: right - left, height: barHeight - 8, class: "track",
          rounded: 2)
        drawing.rectangle(
          x: left, y: top + 4, width: max(1, end - left), height: barHeight - 8,
          class: candidate.isRight ? "p-\(branch.name) bar-right" : "p-\(branch.name) bar-other",
          rounded: 2)
        if let range = candidate.range {
          let (low, high) = (
            left + (right - left) * range.lowerBound, left + (right - left) * range.upperBound
          )
          drawing.line(low, top + 10, high, top + 10, class: "spread")
          drawing.line(low, top + 6, low, top + 14, class: "spread")
          drawing.line(high, top + 6, high, top + 14, class: "spread")
        }
        drawing.text(
          "\(Points.plain(candidate.probability, digits: 0)) %", x: width, y: top + 14,
          anchor: .end, class: "tick")
      }
      y += height
    }
    return drawing.markup
  }

  package static func description(_ row: ExampleRow) -> String {
    row.branches.map { branch in
      let candidates = branch.candidates.map { candidate in
        let range = candidate.range.map {
          " (\(Points.plain($0.lowerBound, digits: 0)) to "
            + "\(Points.plain($0.upperBound, digits: 0)) over draws)"
        }
        return "\(candidate.name) \(Points.plain(candidate.probability, digits: 0)) %"
          + (range ?? "")
      }
      return "\(branch.title): \(candidates.joined(separator: ", "))"
    }.joined(separator: ". ") + "."
  }
}
