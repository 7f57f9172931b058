// SPDX-License-Identifier: Apache-2.0

/// Cells of text under a header, for whatever shows tables.
public struct ReportTable: Sendable, Equatable {
  /// Stands above the table.
  public var title: String
  /// A cell a column.
  public var header: [String]
  /// Each with as many cells as the header, or fewer.
  public var rows: [[String]]
  /// Below the table, a line each.
  public var notes: [String] = []

  /// A table of `rows` under `header`.
  public init(title: String, header: [String], rows: [[String]], notes: [String] = []) {
    self.title = title
    self.header = header
    self.rows = rows
    self.notes = notes
  }

  /// GitHub's Markdown: the first column to the left, the others to the right.
  public var markdown: [String] {
    let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
    let lines = [header, rule] + rows
    return ["**\(title)**", ""]
      + lines.map { "| " + $0.map(Self.escaped).joined(separator: " | ") + " |" }
      + (notes.isEmpty ? [] : [""] + notes.map { "- \($0)" })
  }

  private static func escaped(_ cell: String) -> String {
    cell.replacing("|", with: "\\|").replacing("*", with: "\\*")
  }
}
