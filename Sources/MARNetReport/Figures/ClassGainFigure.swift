// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Bars of the classes that gained and lost most against the probe.
package enum ClassGainFigure {
  private static let mostBars = 12

  package static func markup(_ gains: ClassGains) -> Markup {
    let changed = gains.rows.filter { $0.gain != 0 }
    let winners = changed.filter { $0.gain > 0 }.prefix(mostBars)
    let losers = changed.filter { $0.gain < 0 }.suffix(mostBars)
    let shown = Array(winners) + Array(losers)
    let (width, rowHeight, top) = (340.0, 22.0, 6.0)
    let bottom = top + rowHeight * Double(max(shown.count, 1))
    let said = shown.map { "\($0.name) \(Points.signed($0.gain))" }.joined(separator: ", ")
    var drawing = Drawing(
      "classes", title: "Classes with the largest gains and losses against the linear probe",
      description: "Points of accuracy within the class: \(said).", width: width,
      height: bottom + 38)
    let most = 100 * max(0.01, shown.map { abs($0.gain) }.max() ?? 0.01)
    // Names stand on the side on which the bar is not.
    let axis = Axis(-most...most, from: 20, to: width - 20, ticks: 6, widens: false)
    for tick in axis.ticks {
      drawing.line(axis.place(tick), top, axis.place(tick), bottom, class: "grid")
      drawing.text(axis.label(tick), x: axis.place(tick), y: bottom + 14, anchor: .middle)
    }
    drawing.line(axis.place(0), top, axis.place(0), bottom, class: "zero")
    for (index, row) in shown.enumerated() {
      let y = top + rowHeight * Double(index)
      let (zero, end) = (axis.place(0), axis.place(100 * row.gain))
      let tip =
        "\(row.name), \(row.rows) rows: \(Points.plain(row.probe)) % by the probe, "
        + "\(Points.plain(row.own)) % by \(gains.predictor)"
      drawing.rectangle(
        x: min(zero, end), y: y + 3, width: abs(end - zero), height: rowHeight - 6,
        class: row.gain > 0 ? "won" : "lost", rounded: 2, tip: tip)
      let short = ShortName.of(row.name, width: width / 2 - 14)
      if row.gain > 0 {
        drawing.text(
          short, x: zero - 6, y: y + 15, anchor: .end, class: "name halo", tip: row.name)
      } else {
        drawing.text(short, x: zero + 6, y: y + 15, class: "name halo", tip: row.name)
      }
    }
    drawing.text(
      "points of accuracy within the class", x: width / 2, y: bottom + 32, anchor: .middle,
      class: "unit")
    return drawing.markup
  }
}
