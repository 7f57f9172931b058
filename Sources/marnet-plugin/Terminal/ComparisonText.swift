// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetStudy

/// What `compare` prints.
enum ComparisonText {
  static func lines(_ report: ComparisonReport) -> [String] {
    report.heading + report.tables.flatMap { ["", "\($0.title):"] + lines($0) } + [""]
      + ComparisonReport.legend
  }

  static func markdown(_ report: ComparisonReport) -> [String] {
    report.heading + report.tables.flatMap { [""] + $0.markdown } + [""]
      + ComparisonReport.legend
  }

  /// A table for a terminal, with its notes.
  static func lines(_ table: ReportTable) -> [String] {
    var text = TextTable(header: table.header)
    for row in table.rows { text.add(row) }
    return text.shownLines + table.notes.map { "  \($0)" }
  }
}
