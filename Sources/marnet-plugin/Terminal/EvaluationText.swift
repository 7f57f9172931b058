// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The table that `evaluate` prints.
enum EvaluationText {
  static func lines(_ evaluation: Evaluation, split: Split) -> [String] {
    var table = TextTable(
      header: ["", "top-1 %", "top-5 %", "balanced %", "NLL", "ECE %"])
    var named: [(String, ClassificationMetrics)] = [("probe", evaluation.probe)]
    if let ensemble = evaluation.imageOnlyEnsemble {
      named.append(("image-only ensemble", ensemble))
    }
    if let control = evaluation.imageOnlyControl { named.append(("image-only control", control)) }
    named += [
      ("alignment", evaluation.alignment), ("reconstruction", evaluation.reconstruction),
      ("fused", evaluation.fused),
    ]
    for (name, metrics) in named {
      table.add([
        name, Decimals.text(100 * metrics.top1, digits: 2),
        Decimals.text(100 * metrics.top5, digits: 2),
        Decimals.text(100 * metrics.balancedAccuracy, digits: 2),
        Decimals.text(metrics.nll, digits: 3), Decimals.text(100 * metrics.ece, digits: 2),
      ])
    }
    return ["\(Decimals.grouped(evaluation.rows)) labelled rows of '\(split.rawValue)':"]
      + table.lines
  }
}
