// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What `fit` prints on a terminal: the table of held-out rows and the verdict.
enum FitText {
  static func lines(_ model: Model) -> [String] {
    let report = model.report
    var lines = Prose.lines(
      "\(Decimals.grouped(report.rows)) training rows, \(Decimals.grouped(report.labelledRows)) "
        + "labelled, \(Decimals.grouped(report.rowsWithText)) with text "
        + "(\(Decimals.grouped(report.distinctTexts)) different), "
        + "\(model.classNames.count) classes.")
    lines += CompositionText.sentences(report).flatMap(Prose.lines)
    if !report.branches.isEmpty {
      lines += [""] + Prose.lines(heldOut(report))
      lines += table(report).shownLines
    }
    lines += [""]
    lines += VerdictText.sentences(report).flatMap(Prose.lines)
    return lines + report.warnings.flatMap { Prose.lines("Note: \($0)") }
  }

  private static func heldOut(_ report: FitReport) -> String {
    let rows = Decimals.grouped(report.heldOutRows)
    switch report.heldOutSource {
    case .valGroup: return "On the \(rows) labelled rows of 'val':"
    default:
      return "On \(rows) labelled rows held out of 'train' (the final model is fitted on all rows):"
    }
  }

  private static func table(_ report: FitReport) -> TextTable {
    var table = TextTable(header: [
      "", "top-1 %", "balanced %", "gain", "± se", "NLL", "change", "± se",
    ])
    for branch in report.branches {
      var row = [
        branch.name.replacing("_", with: " "),
        Decimals.text(100 * branch.metrics.top1, digits: 1),
        Decimals.text(100 * branch.metrics.balancedAccuracy, digits: 1),
      ]
      let nll = Decimals.text(branch.metrics.nll, digits: 3)
      if branch.name == "probe" {
        row += ["", "", nll]
      } else {
        row += [
          signed(100 * branch.top1Gain.mean, 1),
          Decimals.text(100 * branch.top1Gain.standardError, digits: 1), nll,
          signed(branch.nllChange.mean, 3),
          Decimals.text(branch.nllChange.standardError, digits: 3),
        ]
      }
      table.add(row)
    }
    return table
  }

  private static func signed(_ value: Double, _ digits: Int) -> String {
    (value >= 0 ? "+" : "") + Decimals.text(value, digits: digits)
  }
}
