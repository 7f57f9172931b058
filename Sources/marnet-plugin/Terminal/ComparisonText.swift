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
    guard let width = Console.outputWidth else {
      return text.lines + table.notes.map { "  \($0)" }
    }
    let (narrow, leftOut) = text.fitting(width)
    return narrow.lines + table.notes.map { "  \($0)" }
      + (leftOut.isEmpty
        ? [] : ["  Not shown for want of width: \(leftOut.joined(separator: ", "))."])
  }
}
