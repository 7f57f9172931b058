// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetExport

/// What `export` prints.
enum ExportText {
  static func lines(
    _ report: ExportReport, model: Model, output: String, heads: ExportOptions.Heads
  ) -> [String] {
    var lines = report.inputs.map { "input   \($0)" } + report.outputs.map { "output  \($0)" }
    if report.takesNoise {
      lines.append("'noise' may be left out: a constant then serves every row.")
    }
    if heads == .all, model.decision == .probe {
      lines.append("The model predicts with its linear probe, and so does the graph.")
    }
    lines.append(
      "\(Decimals.grouped(report.nodeCount)) operations, "
        + "\(Decimals.grouped(report.byteCount)) bytes in \(output).")
    return lines
  }
}
