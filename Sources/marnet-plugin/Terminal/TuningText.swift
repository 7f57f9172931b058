// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetStudy

/// What `tune` prints.
enum TuningText {
  static func lines(_ report: TuningReport, features: String, output: String) -> [String] {
    [
      "\(report.trials.count) configurations on \(Decimals.grouped(report.heldOutRows)) held-out "
        + "rows, the best first (NLL after temperature scaling):", "",
    ] + table(report).lines + [
      "", verdict(report),
      "The best of many trials looks better on the rows that chose it than on others.",
      "", "Written to \(output). Next:",
      "  marnet-plugin fit \(features) --config \(output)/\(HyperparameterSearch.configurationName)",
    ]
  }

  private static func table(_ report: TuningReport) -> TextTable {
    var table = TextTable(
      header: ["trial", "NLL", "change", "± se", "top-1 %", "balanced %", "set"],
      leftColumns: [0, 6])
    for trial in report.ranked {
      let name = trial.index == 0 ? "defaults" : "\(trial.index)"
      guard let nll = trial.calibratedNll, let metrics = trial.metrics else {
        table.add([name, "diverged", "", "", "", "", trial.assignments.joined(separator: " ")])
        continue
      }
      table.add([
        name, Decimals.text(nll, digits: 3),
        trial.change.map {
          ($0.mean >= 0 ? "+" : "") + Decimals.text($0.mean, digits: 3)
        } ?? "",
        trial.change.map { Decimals.text($0.standardError, digits: 3) } ?? "",
        Decimals.text(100 * metrics.top1, digits: 1),
        Decimals.text(100 * metrics.balancedAccuracy, digits: 1),
        trial.assignments.joined(separator: " "),
      ])
    }
    return table
  }

  private static func verdict(_ report: TuningReport) -> String {
    if report.chosen > 0, report.trials.first?.calibratedNll == nil {
      return "The defaults diverged: trial \(report.chosen), the best of the others, is kept."
    }
    return report.chosen == 0
      ? "Nothing beat the defaults by more than two standard errors: they are kept."
      : "Trial \(report.chosen) beat the defaults by more than two standard errors: it is kept."
  }
}
