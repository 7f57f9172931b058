// SPDX-License-Identifier: Apache-2.0

/// A table with a caption, whose first column names its rows; wide ones scroll by themselves.
package struct Table {
  /// A cell after the first column.
  package struct Cell {
    package var content: Markup
    package var look: Markup?

    package init(_ content: Markup, look: Markup? = nil) {
      self.content = content
      self.look = look
    }
  }

  package var caption: String
  package var header: [String]
  /// Whether cells are words, set to the left, unless their look is "number".
  package var isWords = false
  /// Columns of numbers among words.
  package var numberColumns: Set<Int> = []
  private(set) var rows: Markup = ""

  package init(
    _ caption: String, header: [String], isWords: Bool = false, numberColumns: Set<Int> = []
  ) {
    self.caption = caption
    self.header = header
    self.isWords = isWords
    self.numberColumns = numberColumns
  }

  package mutating func add(_ name: Markup, _ cells: [Cell], look: Markup? = nil) {
    let columns = cells.map { cell -> Markup in
      let look: Markup = cell.look.map { " class=\"\($0)\"" } ?? ""
      return "<td\(look)>\(cell.content)</td>"
    }
    let look: Markup = look.map { " class=\"\($0)\"" } ?? ""
    rows = rows + "<tr\(look)><th scope=\"row\">\(name)</th>\(columns)</tr>\n"
  }

  package var markup: Markup {
    let names = header.enumerated().map { index, name -> Markup in
      let look: Markup = numberColumns.contains(index) ? " class=\"number\"" : ""
      return index == 0 && name.isEmpty ? "<td></td>" : "<th scope=\"col\"\(look)>\(name)</th>"
    }
    let look: Markup = isWords ? " class=\"words\"" : ""
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table\(look)>\
      <caption><span>\(caption)</span></caption><thead><tr>\(names)</tr></thead><tbody>
      \(rows)</tbody></table></div>

      """
  }
}
