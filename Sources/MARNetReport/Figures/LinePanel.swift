// SPDX-License-Identifier: Apache-2.0

/// A small line chart.
package struct LinePanel: Sendable {
  /// How a line looks; the names are classes of the page's style.
  package enum Look: String, Sendable {
    case first = "s-first"
    case second = "s-second"
  }

  package struct Line: Sendable {
    package var name: String
    package var look: Look
    package var points: [(x: Double, y: Double)]
  }

  package var identifier: String
  package var title: String
  package var description: String
  package var horizontal: String
  package var vertical: String
  package var lines: [Line]
  /// Whether the horizontal axis runs from high to low.
  package var runsDown = false
  /// Whether single points are marked.
  package var marksPoints = false
  /// Whether the vertical axis shows percent of fractions.
  package var isPercent = false

  private static let size = (width: 300.0, height: 196.0)
  private static let frame = (left: 42.0, right: 284.0, top: 28.0, bottom: 158.0)
  /// Points of a line at most; more are not seen.
  private static let mostPoints = 240

  package var markup: Markup {
    var drawing = Drawing(
      identifier, title: title, description: description, width: Self.size.width,
      height: Self.size.height)
    let scale = isPercent ? 100.0 : 1
    let all = lines.flatMap(\.points)
    let ys = all.map { $0.y * scale }
    let xs = all.map(\.x)
    let frame = Self.frame
    let lowest = ys.min() ?? 0
    let y = Axis(lowest...max(lowest, ys.max() ?? 1), from: frame.bottom, to: frame.top, ticks: 4)
    let (left, right) = runsDown ? (frame.right, frame.left) : (frame.left, frame.right)
    let x = Axis(
      (xs.min() ?? 0)...max(xs.min() ?? 0, xs.max() ?? 1), from: left, to: right, ticks: 4,
      widens: false)
    for tick in y.ticks {
      drawing.line(frame.left, y.place(tick), frame.right, y.place(tick), class: "grid")
      drawing.text(y.label(tick), x: frame.left - 6, y: y.place(tick) + 4, anchor: .end)
    }
    for tick in x.ticks {
      drawing.text(x.label(tick), x: x.place(tick), y: frame.bottom + 16, anchor: .middle)
    }
    drawing.line(frame.left, frame.bottom, frame.right, frame.bottom, class: "axis")
    drawing.text(vertical, x: 2, y: 14, class: "unit")
    drawing.text(horizontal, x: frame.right, y: frame.bottom + 34, anchor: .end, class: "unit")
    for line in lines {
      let points = EvenSpread.withLast(line.points, most: Self.mostPoints)
        .map { (x: x.place($0.x), y: y.place($0.y * scale)) }
      drawing.path(points, class: "\(line.look.rawValue) line", tip: line.name)
      guard marksPoints || points.count == 1 else { continue }
      for point in points {
        drawing.parts.append(
          "<circle class=\"\(line.look.rawValue) dot\" cx=\"\(point.x)\" cy=\"\(point.y)\" r=\"3\"/>"
        )
      }
    }
    return drawing.markup
  }
}

extension EvenSpread {
  /// At most `most` of `values`, spread evenly, the first and the last among them.
  package static func withLast<Element>(_ values: [Element], most: Int) -> [Element] {
    guard values.count > most else { return values }
    return (0..<most).map { values[$0 * (values.count - 1) / (most - 1)] }
  }
}
