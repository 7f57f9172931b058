// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Every predictor's gain over the probe with its 95 % interval, beside a line at 0.
package enum GainFigure {
  package static func markup(_ table: PredictorTable) -> Markup {
    let rows = table.rows.compactMap { row in row.gain.map { (row, $0) } }
    let (width, rowHeight, top) = (340.0, 34.0, 8.0)
    let bottom = top + rowHeight * Double(rows.count)
    let said = rows.map { row, gain in
      "\(row.title): \(Points.signed(gain.mean)) points, \(gain.text)"
    }
    var drawing = Drawing(
      "gain", title: "Gain of top-1 over the linear probe, with 95 % intervals",
      description: said.joined(separator: "; ") + ".", width: width, height: bottom + 44)
    let low = min(0, rows.map { $0.1.low }.min() ?? 0) * 100
    let high = max(0, rows.map { $0.1.high }.max() ?? 0) * 100
    let axis = Axis(low...max(high, low + 0.1), from: 14, to: width - 14, ticks: 6)
    for tick in axis.ticks {
      drawing.line(axis.place(tick), top, axis.place(tick), bottom, class: "grid")
      drawing.text(axis.label(tick), x: axis.place(tick), y: bottom + 16, anchor: .middle)
    }
    drawing.line(axis.place(0), top, axis.place(0), bottom, class: "zero")
    drawing.text(
      "points of top-1 against the linear probe", x: width / 2, y: bottom + 36, anchor: .middle,
      class: "unit")
    for (index, (row, gain)) in rows.enumerated() {
      let y = top + rowHeight * Double(index)
      let look: Markup = "p-\(row.name)"
      let (left, right) = (axis.place(100 * gain.low), axis.place(100 * gain.high))
      let middle = axis.place(100 * gain.mean)
      let atEnd = middle > width / 2
      drawing.text(
        row.title, x: atEnd ? width - 8 : 8, y: y + 12, anchor: atEnd ? .end : .start,
        class: "name halo")
      drawing.line(left, y + 23, right, y + 23, class: "\(look) whisker")
      drawing.line(left, y + 19, left, y + 27, class: "\(look) whisker")
      drawing.line(right, y + 19, right, y + 27, class: "\(look) whisker")
      drawing.parts.append(
        "<circle class=\"\(look) mark\" cx=\"\(middle)\" cy=\"\(y + 23)\" r=\"5\"/>")
    }
    return drawing.markup
  }
}
