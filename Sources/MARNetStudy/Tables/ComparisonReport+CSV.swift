// SPDX-License-Identifier: Apache-2.0

import MARNet

extension ComparisonReport {
  /// One line a contender and level of noise, after a header; fractions, not percent.
  public var csv: [String] {
    let header = [
      "table", "id", "title", "test_noise", "seeds", "top1", "top1_se", "gain", "gain_low",
      "gain_high", "clear", "top5", "balanced_accuracy", "nll", "ece", "parameters",
      "fit_seconds", "rows_per_second", "choices", "notes",
    ]
    let lines = levels.flatMap { level in
      level.rows.map { row in Self.cells(row, noise: level.noise).map(Self.quoted) }
    }
    return ([header] + lines).map { $0.joined(separator: ",") }
  }

  private static func cells(_ row: Row, noise: Double) -> [String] {
    let place = [row.table.rawValue, row.id, row.title, "\(noise)", "\(row.seeds)"]
    let end = [
      (row.choices ?? []).map { "\($0)" }.joined(separator: " "), row.notes.joined(separator: "; "),
    ]
    guard row.seeds > 0 else { return place + [String](repeating: "", count: 13) + end }
    let m = row.metrics
    let gain = row.gain
    return place + ["\(m.top1)", "\(row.top1Error)"]
      + [gain?.mean, gain?.low, gain?.high].map { $0.map { "\($0)" } ?? "" }
      + [gain.map { "\($0.isClear)" } ?? "", "\(m.top5)", "\(m.balancedAccuracy)", "\(m.nll)"]
      + ["\(m.ece)", "\(row.parameters)", "\(row.fitSeconds)", "\(row.rowsPerSecond)"] + end
  }

  private static func quoted(_ cell: String) -> String {
    cell.contains { ",\"\n".contains($0) }
      ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
}
