// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The confusion matrix: rows of a class across what they are taken for, as shares of the class.
///
/// Cells of one shade are one path, and empty cells are none: 200 classes stay small.
package enum ConfusionFigure {
  /// More classes get no numbers in the cells.
  private static let mostNumbers = 12
  /// More classes show their names at the axes when they are enlarged only.
  private static let mostNames = 40
  /// More classes show none at all: the page would grow for what nobody reads.
  private static let mostSmallNames = 400
  /// Of a cell and its name, when enlarged.
  private static let enlargedCell = 15
  /// Of more cells, those with the most rows are drawn.
  package static let mostCells = 60_000
  private static let shades = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8]

  package static func shade(_ share: Double) -> Int { shades.count { share > $0 } }

  package static func markup(_ confusion: Confusion) -> Markup {
    let count = confusion.classNames.count
    let cell = count <= 12 ? 40.0 : count <= mostNames ? 20.0 : 5.0
    let size = count <= mostNames ? 12.0 : 0.8 * cell
    let longest = confusion.classNames.map(ShortName.width).max() ?? 0
    let label = count > mostSmallNames ? 26 : (min(10, longest + 0.6) * size + 8).rounded(.up)
    let side = cell * Double(count)
    var drawing = Drawing(
      "confusion", title: "Confusion matrix of the final prediction",
      description: description(confusion), width: label + side + 8, height: label + side + 8)
    drawing.rectangle(x: label, y: label, width: side, height: side, class: "field")
    var paths = [[Markup]](repeating: [], count: shades.count + 1)
    for one in drawnCells(confusion) {
      let share = Double(one.rows) / Double(max(confusion.classRows[one.label], 1))
      let (x, y) = (label + cell * Double(one.prediction), label + cell * Double(one.label))
      paths[shade(share)].append("M\(x) \(y)h\(cell)v\(cell)h-\(cell)z")
    }
    for (shade, path) in paths.enumerated() where !path.isEmpty {
      drawing.parts.append("<path class=\"shade-\(shade)\" d=\"\(path)\"/>")
    }
    if count <= mostNumbers { addNumbers(confusion, cell, label, &drawing) }
    if count <= mostSmallNames { addNames(confusion.classNames, cell, label, size, &drawing) }
    return drawing.markup
  }

  private static func drawnCells(_ confusion: Confusion) -> [ConfusionCounts.Cell] {
    guard confusion.cells.count > mostCells else { return confusion.cells }
    let order = confusion.cells.indices.sorted {
      (confusion.cells[$1].rows, $0) < (confusion.cells[$0].rows, $1)
    }
    return order.prefix(mostCells).sorted().map { confusion.cells[$0] }
  }

  private static func description(_ confusion: Confusion) -> String {
    let most = confusion.mistakes.prefix(3).map {
      "\(confusion.classNames[$0.label]) taken for \(confusion.classNames[$0.prediction]) "
        + "\($0.rows) times"
    }
    return "One row a true class, one column a predicted one; darker is a larger share of the "
      + "class. Most frequent mistakes: " + (most.isEmpty ? "none" : most.joined(separator: "; "))
      + "."
  }

  private static func addNumbers(
    _ confusion: Confusion, _ cell: Double, _ label: Double, _ drawing: inout Drawing
  ) {
    for one in confusion.cells {
      let share = Double(one.rows) / Double(max(confusion.classRows[one.label], 1))
      drawing.text(
        "\(one.rows)", x: label + cell * (Double(one.prediction) + 0.5),
        y: label + cell * (Double(one.label) + 0.5) + 4, anchor: .middle,
        class: shade(share) >= Style.firstInverse ? "cell inverse" : "cell",
        tip: "\(confusion.classNames[one.label]) taken for "
          + "\(confusion.classNames[one.prediction]): \(one.rows) of "
          + "\(confusion.classRows[one.label]) rows")
    }
  }

  private static func addNames(
    _ names: [String], _ cell: Double, _ label: Double, _ size: Double, _ drawing: inout Drawing
  ) {
    let (gap, look) = (size / 2, names.count > mostNames ? "small-name" : "name" as Markup)
    for (index, name) in names.enumerated() {
      let middle = label + cell * (Double(index) + 0.5)
      let short = ShortName.of(name, width: label - 8, size: size)
      drawing.text(
        short, x: label - gap, y: middle + size / 3, anchor: .end, class: look,
        tip: short == name ? nil : name)
      drawing.parts.append(
        """
        <text class="\(look)" transform="translate(\(middle + size / 3) \(label - gap)) rotate(-90)">\
        \(short)</text>
        """)
    }
  }

  /// Whether names are shown before it is enlarged.
  package static func hasNames(_ confusion: Confusion) -> Bool {
    confusion.classNames.count <= mostNames
  }

  /// Pixels across when it is enlarged.
  package static func enlargedWidth(_ confusion: Confusion) -> Int {
    max(1_000, enlargedCell * confusion.classNames.count + 160)
  }
}
