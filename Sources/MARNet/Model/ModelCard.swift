// SPDX-License-Identifier: Apache-2.0

/// The README.md of a model directory: what the model is, what it was measured to be worth,
/// and what it must not be used for.
package enum ModelCard {
  package static func text(of model: Model) -> String {
    let report = model.report
    var lines = [
      "# MARNet model",
      "",
      "An image classifier over frozen visual features, fitted with `marnet-plugin` "
        + "\(ToolVersion.current) (preset `\(model.configuration.preset.rawValue)`). Paired text "
        + "was used during the fit only: scoring needs the visual features alone.",
      "",
      "| | |", "|---|---|",
      "| visual features | \(model.visualWidth) columns, as the extractor gave them; "
        + "standardised inside |",
      "| text features at fit | \(model.textWidth) columns |",
      "| classes | \(model.classNames.count) |",
      "| training rows | \(report.rows), of which \(report.labelledRows) labelled and "
        + "\(report.rowsWithText) with text |",
    ]
    lines += CompositionText.sentences(report).map { "| | \($0) |" }
    lines += [
      "| prediction | \(prediction(model)) |",
      "| data fingerprint | `\(model.dataFingerprint)` |",
      "",
      "## Measured on held-out rows",
      "",
    ]
    lines += measured(report)
    lines += ["", "## What text was worth", ""]
    lines += VerdictText.sentences(report).map { "- \($0)" }
    lines += [
      "", "## Use", "", "```sh",
      "marnet-plugin score new.h5 --model . --output scores.h5",
      "marnet-plugin evaluate features.h5 --model .", "```", "",
      "Valid for features of the encoder the model was fitted on. \(calibration(model)) On other "
        + "data measure again with `evaluate`.",
      "",
    ]
    return lines.joined(separator: "\n")
  }

  private static func prediction(_ model: Model) -> String {
    switch model.decision {
    case .probe: return "the linear probe (MARNet was worse on held-out rows)"
    case .marnet:
      return model.configuration.fusion.prediction == .fusion
        ? "the fusion classifier" : "mean log-probability of three heads"
    }
  }

  private static func calibration(_ model: Model) -> String {
    let temperature = Decimals.text(model.calibrationTemperature, digits: 2)
    return model.calibrationTemperature == 1
      ? "Probabilities are as the heads give them."
      : "Probabilities are calibrated on held-out rows (temperature \(temperature))."
  }

  private static func measured(_ report: FitReport) -> [String] {
    guard !report.branches.isEmpty else {
      return ["Nothing: only \(report.heldOutRows) labelled rows could be held out."]
    }
    var lines = [
      "\(report.heldOutRows) rows (\(report.heldOutSource.rawValue)).", "",
      "| predictor | top-1 | balanced accuracy | gain of top-1 over the probe (points) | NLL |",
      "|---|---|---|---|---|",
    ]
    for branch in report.branches {
      let name = branch.name.replacing("_", with: " ")
      let gain =
        branch.name == PredictorName.probe
        ? "" : "\(points(branch.top1Gain.mean)) ± \(plain(100 * branch.top1Gain.standardError, 1))"
      lines.append(
        "| \(name) | \(plain(100 * branch.metrics.top1, 1)) % | "
          + "\(plain(100 * branch.metrics.balancedAccuracy, 1)) % | \(gain) | "
          + "\(plain(branch.metrics.nll, 3)) |")
    }
    return lines
  }

  private static func points(_ fraction: Double) -> String {
    (fraction >= 0 ? "+" : "") + plain(100 * fraction, 1)
  }

  private static func plain(_ value: Double, _ digits: Int) -> String {
    Decimals.text(value, digits: digits)
  }
}
