// SPDX-License-Identifier: Apache-2.0

/// A table with a caption, whose first column names its rows; wide ones scroll by themselves.
struct Table {
  /// A cell after the first column.
  struct Cell {
    var content: Markup
    var look: Markup?

    init(_ content: Markup, look: Markup? = nil) {
      self.content = content
      self.look = look
    }
  }

  var caption: String
  var header: [String]
  /// Whether cells are words, set to the left; else numbers.
  var isWords = false
  private(set) var rows: Markup = ""

  init(_ caption: String, header: [String], isWords: Bool = false) {
    self.caption = caption
    self.header = header
    self.isWords = isWords
  }

  mutating func add(_ name: Markup, _ cells: [Cell], look: Markup? = nil) {
    let columns = cells.map { cell -> Markup in
      let look: Markup = cell.look.map { " class=\"\($0)\"" } ?? ""
      return "<td\(look)>\(cell.content)</td>"
    }
    let look: Markup = look.map { " class=\"\($0)\"" } ?? ""
    rows = rows + "<tr\(look)><th scope=\"row\">\(name)</th>\(columns)</tr>\n"
  }

  var markup: Markup {
    let names = header.enumerated().map { index, name -> Markup in
      index == 0 && name.isEmpty ? "<td></td>" : "<th scope=\"col\">\(name)</th>"
    }
    let look: Markup = isWords ? " class=\"words\"" : ""
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table\(look)>\
      <caption>\(caption)</caption><thead><tr>\(names)</tr></thead><tbody>
      \(rows)</tbody></table></div>

      """
  }
}
