// SPDX-License-Identifier: Apache-2.0

/// A table for a terminal: the first column left, the others right unless said otherwise.
struct TextTable {
  private var rows: [[String]]

  private let leftColumns: Set<Int>

  init(header: [String], leftColumns: Set<Int> = [0]) {
    rows = [header]
    self.leftColumns = leftColumns
  }

  mutating func add(_ row: [String]) { rows.append(row.map(PrintableText.line)) }

  /// The table without the last columns that a terminal of `width` columns has no place for,
  /// and their names.
  func fitting(_ width: Int) -> (table: TextTable, leftOut: [String]) {
    var table = self
    var leftOut: [String] = []
    while let longest = table.lines.map(\.count).max(), longest > width,
      let last = table.rows[0].popLast(), table.rows[0].count > 1
    {
      if !last.isEmpty { leftOut.insert(last, at: 0) }
      let kept = table.rows[0].count
      table.rows = table.rows.map { Array($0.prefix(kept)) }
    }
    return (table, leftOut)
  }

  /// The lines that the terminal on standard output has room for, and which columns it has not.
  var shownLines: [String] {
    guard let width = Console.outputWidth else { return lines }
    let (narrow, leftOut) = fitting(width)
    return narrow.lines
      + (leftOut.isEmpty
        ? [] : ["  Not shown for want of width: \(leftOut.joined(separator: ", "))."])
  }

  /// The lines, columns two spaces apart, without trailing spaces.
  var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, text in
        let padding = String(repeating: " ", count: widths[column] - text.count)
        return leftColumns.contains(column) ? text + padding : padding + text
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
