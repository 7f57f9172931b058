// SPDX-License-Identifier: Apache-2.0

/// An SVG figure with a title and a description that screen readers say.
///
/// Colours are classes of the page's style, so that light, dark and print need one drawing.
package struct Drawing {
  package let identifier: String
  package let title: String
  package let description: String
  package let width: Double
  package let height: Double
  package var parts: [Markup] = []

  package init(
    _ identifier: String, title: String, description: String, width: Double, height: Double
  ) {
    self.identifier = identifier
    self.title = title
    self.description = description
    self.width = width
    self.height = height
  }

  package var markup: Markup {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" role="img" \
    aria-labelledby="\(identifier)-t \(identifier)-d"><title id="\(identifier)-t">\(title)\
    </title><desc id="\(identifier)-d">\(description)</desc>\(parts)</svg>
    """
  }

  /// Where text stands against its point.
  package enum Anchor: String {
    case start, middle, end
  }

  package mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: Markup
  ) {
    parts.append("<path class=\"\(name)\" d=\"M\(x1) \(y1)L\(x2) \(y2)\"/>")
  }

  package mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, class name: Markup, rounded: Double = 0,
    tip: String? = nil
  ) {
    let title: Markup = tip.map { "<title>\($0)</title>" } ?? ""
    let corner: Markup = rounded > 0 ? " rx=\"\(rounded)\"" : ""
    parts.append(
      """
      <rect class=\"\(name)\" x=\"\(x)\" y=\"\(y)\" width=\"\(max(0, width))\" \
      height=\"\(max(0, height))\"\(corner)>\(title)</rect>
      """)
  }

  package mutating func text(
    _ text: String, x: Double, y: Double, anchor: Anchor = .start, class name: Markup = "tick",
    tip: String? = nil
  ) {
    let title: Markup = tip.map { "<title>\($0)</title>" } ?? ""
    parts.append(
      """
      <text class=\"\(name)\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor.rawValue)\">\(title)\
      \(text)</text>
      """)
  }

  package mutating func path(
    _ points: [(x: Double, y: Double)], class name: Markup, tip: String
  ) {
    guard let first = points.first else { return }
    let title: Markup = tip.isEmpty ? "" : "<title>\(tip)</title>"
    let rest = points.dropFirst().map { "L\($0.x) \($0.y)" as Markup }
    parts.append(
      "<path class=\"\(name)\" d=\"M\(first.x) \(first.y)\(rest)\">\(title)</path>")
  }
}
