// SPDX-License-Identifier: Apache-2.0

import MARNet

/// A reliability diagram: how often rows of a confidence are right, and how many there are.
package enum ReliabilityFigure {
  package static func markup(
    _ bins: [ReliabilityBin], identifier: String, title: String, ece: Double
  )
    -> Markup
  {
    let (left, right, top, bottom) = (44.0, 330.0, 26.0, 236.0)
    let (countTop, countBottom) = (262.0, 306.0)
    let used = bins.filter { $0.rows > 0 }
    let total = used.reduce(0) { $0 + $1.rows }
    let said = used.map {
      "confidence \(Points.plain($0.confidence, digits: 0)) %: "
        + "\(Points.plain($0.accuracy, digits: 0)) % right of \($0.rows) rows"
    }
    var drawing = Drawing(
      identifier, title: "\(title): accuracy by confidence",
      description: "Expected calibration error \(Points.plain(ece)) %. "
        + said.joined(separator: "; ") + ".", width: 340, height: 344)
    let x = Axis(0...100, from: left, to: right, ticks: 5)
    let y = Axis(0...100, from: bottom, to: top, ticks: 5)
    for tick in y.ticks {
      drawing.line(left, y.place(tick), right, y.place(tick), class: "grid")
      drawing.text(y.label(tick), x: left - 6, y: y.place(tick) + 4, anchor: .end)
    }
    drawing.text("% right", x: 2, y: 14, class: "unit")
    let most = Double(used.map(\.rows).max() ?? 1)
    for bin in used {
      let (from, to) = (x.place(100 * bin.lowest) + 1, x.place(100 * bin.highest) - 1)
      let height = y.place(100 * bin.accuracy)
      let expected = y.place(100 * bin.confidence)
      let tip =
        "\(bin.rows) rows of confidence \(Points.plain(bin.confidence)) %: "
        + "\(Points.plain(bin.accuracy)) % right"
      let isOver = bin.confidence > bin.accuracy
      drawing.rectangle(
        x: from, y: max(height, expected), width: to - from, height: bottom - max(height, expected),
        class: "bar", tip: tip)
      drawing.rectangle(
        x: from, y: min(height, expected), width: to - from, height: abs(height - expected),
        class: isOver ? "gap-over" : "gap-under", tip: tip)
      let share = (countBottom - countTop) * Double(bin.rows) / most
      drawing.rectangle(
        x: from, y: countBottom - share, width: to - from, height: share, class: "count",
        tip: "\(bin.rows) of \(total) rows")
    }
    drawing.line(left, bottom, right, top, class: "ideal")
    drawing.line(left, bottom, right, bottom, class: "axis")
    drawing.line(left, countBottom, right, countBottom, class: "axis")
    drawing.text("rows", x: left - 6, y: countBottom - 2, anchor: .end)
    for tick in x.ticks {
      drawing.text(x.label(tick), x: x.place(tick), y: countBottom + 16, anchor: .middle)
    }
    drawing.text("confidence, %", x: right, y: countBottom + 34, anchor: .end, class: "unit")
    return drawing.markup
  }
}
