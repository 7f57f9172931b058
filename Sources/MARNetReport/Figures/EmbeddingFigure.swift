// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Points of a few classes in the plane; classes differ in colour and in shape.
package enum EmbeddingFigure {
  /// Colours and shapes of the page's style; a pair names 40 classes apart.
  package static let colours = 8
  package static let shapes = 5

  package static func markup(_ space: EmbeddedRows.Space, _ rows: EmbeddedRows, identifier: String)
    -> Markup
  {
    let (side, margin) = (340.0, 12.0)
    var drawing = Drawing(
      identifier, title: "t-SNE of \(space.title)",
      description: "\(rows.classes.count) rows of \(rows.names.joined(separator: ", ")). "
        + "\(Points.plain(space.agreement)) % of the ten nearest neighbours of a row are of its "
        + "class.", width: side, height: side)
    let (x, y) = (space.plane.x.map(Double.init), space.plane.y.map(Double.init))
    let (left, right) = (x.min() ?? 0, x.max() ?? 1)
    let (low, high) = (y.min() ?? 0, y.max() ?? 1)
    // One scale for both directions: distances are what is read.
    let extent = max(right - left, high - low, 1e-9)
    let scale = (side - 2 * margin) / extent
    let shift = (
      x: margin + (extent - (right - left)) * scale / 2,
      y: margin + (extent - (high - low)) * scale / 2
    )
    drawing.rectangle(x: 0.5, y: 0.5, width: side - 1, height: side - 1, class: "frame")
    var paths = [[Markup]](repeating: [], count: rows.names.count)
    for index in x.indices {
      let place = (x: shift.x + (x[index] - left) * scale, y: shift.y + (high - y[index]) * scale)
      paths[rows.classes[index]].append(symbol(rows.classes[index], place.x, place.y))
    }
    for (index, path) in paths.enumerated() {
      drawing.parts.append(
        "<path class=\"k-\(index % colours)\" d=\"\(path)\"><title>\(rows.names[index])</title></path>"
      )
    }
    return drawing.markup
  }

  /// A drawing of a class's symbol, for the legend.
  package static func key(_ index: Int) -> Markup {
    """
    <svg class="key" viewBox="0 0 14 14" aria-hidden="true"><path class="k-\(index % colours)" \
    d="\(symbol(index, 7, 7))"/></svg>
    """
  }

  /// The outline of the shape of class `index` around a point.
  private static func symbol(_ index: Int, _ x: Double, _ y: Double) -> Markup {
    let r = 3.5
    // Neighbouring classes differ in both; every eight classes the pairs shift.
    switch (index + index / colours) % shapes {
    case 0: return "M\(x - r) \(y)a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z"
    case 1: return "M\(x) \(y - 4.2)l4.2 7.4h-8.4z"
    case 2: return "M\(x - 3.1) \(y - 3.1)h6.2v6.2h-6.2z"
    case 3: return "M\(x) \(y - 4.6)l4.6 4.6l-4.6 4.6l-4.6 -4.6z"
    default:
      return "M\(x - 1.3) \(y - 4.2)h2.6v2.9h2.9v2.6h-2.9v2.9h-2.6v-2.9h-2.9v-2.6h2.9z"
    }
  }
}
