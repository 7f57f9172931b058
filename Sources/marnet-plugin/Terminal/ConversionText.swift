// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What `convert` prints.
enum ConversionText {
  static func lines(_ report: ConversionReport) -> [String] {
    var table = TextTable(
      header: ["split", "rows", "visual", "text", "without text", "unlabelled"])
    for split in report.splits {
      table.add([
        split.split.rawValue, Decimals.grouped(split.rowCount),
        "\(split.visualWidth) \(split.visualType.rawValue)",
        split.textWidth.map { "\($0) \(split.textType?.rawValue ?? "")" } ?? "none",
        split.textWidth == nil ? "" : Decimals.grouped(split.rowsWithoutText),
        Decimals.grouped(split.unlabelled),
      ])
    }
    let next = report.splits.contains { $0.split == .train } ? "fit" : "inspect"
    return table.lines + report.notes.map { "Note: \($0)" } + [
      "", "Features written to \(report.output). Next:",
      "  marnet-plugin \(next) \(LayoutOptions().arguments(for: [report.output]))",
    ]
  }
}
