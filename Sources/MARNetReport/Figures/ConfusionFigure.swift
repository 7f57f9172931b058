// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The confusion matrix: rows of a class across what they are taken for, as shares of the class.
///
/// Cells of one shade are one path, and empty cells are none: 200 classes stay small.
enum ConfusionFigure {
  /// More classes get no numbers in the cells.
  private static let mostNumbers = 12
  /// More classes get no names at the axes, unless they are enlarged.
  private static let mostNames = 40
  private static let shades = [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8]

  static func shade(_ share: Double) -> Int { shades.count { share > $0 } }

  static func markup(_ confusion: Confusion) -> Markup {
    let count = confusion.classNames.count
    let hasNames = count <= mostNames
    let cell = count <= 12 ? 40.0 : count <= 40 ? 18.0 : max(2, min(8, 960 / Double(count)))
    let label = hasNames ? 120.0 : 26.0
    let side = cell * Double(count)
    var drawing = Drawing(
      "confusion", title: "Confusion matrix of the final prediction",
      description: description(confusion), width: label + side + 8, height: label + side + 8)
    drawing.rectangle(x: label, y: label, width: side, height: side, class: "field")
    var paths = [[Markup]](repeating: [], count: shades.count + 1)
    for one in confusion.cells {
      let share = Double(one.rows) / Double(max(confusion.classRows[one.label], 1))
      let (x, y) = (label + cell * Double(one.prediction), label + cell * Double(one.label))
      paths[shade(share)].append("M\(x) \(y)h\(cell)v\(cell)h-\(cell)z")
    }
    for (shade, path) in paths.enumerated() where !path.isEmpty {
      drawing.parts.append("<path class=\"shade-\(shade)\" d=\"\(path)\"/>")
    }
    if count <= mostNumbers { addNumbers(confusion, cell, label, &drawing) }
    if hasNames {
      addNames(confusion.classNames, cell, label, &drawing)
    } else {
      drawing.text("predicted →", x: label, y: 18, class: "unit")
      drawing.parts.append(
        """
        <text class="unit" transform="translate(18 \(label)) rotate(90)">true class →</text>
        """)
    }
    return drawing.markup
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
        class: shade(share) > 4 ? "cell inverse" : "cell",
        tip: "\(confusion.classNames[one.label]) taken for "
          + "\(confusion.classNames[one.prediction]): \(one.rows) of "
          + "\(confusion.classRows[one.label]) rows")
    }
  }

  private static func addNames(
    _ names: [String], _ cell: Double, _ label: Double, _ drawing: inout Drawing
  ) {
    for (index, name) in names.enumerated() {
      let middle = label + cell * (Double(index) + 0.5)
      let short = ShortName.of(name, most: 17)
      drawing.text(short, x: label - 6, y: middle + 4, anchor: .end, class: "name", tip: name)
      drawing.parts.append(
        """
        <text class="name" transform="translate(\(middle + 4) \(label - 6)) rotate(-90)">\
        <title>\(name)</title>\(short)</text>
        """)
    }
  }
}
