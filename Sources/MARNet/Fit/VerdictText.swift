// SPDX-License-Identifier: Apache-2.0

/// The report in plain words: what text was worth here, and what predicts.
package enum VerdictText {
  /// One finding a sentence.
  package static func sentences(_ report: FitReport) -> [String] {
    var result: [String] = []
    if let text = report.text {
      let image = Decimals.text(text.imageNll, digits: 3)
      let own = Decimals.text(text.textNll, digits: 3)
      let both = Decimals.text(text.teacherNll, digits: 3)
      result.append(
        "\(lossName(report)), out of fold on labelled pairs: image alone \(image), text "
          + "alone \(own), both \(both) (image to the power \(text.imageExponent) times text to "
          + "the power \(text.textExponent)).")
      result.append(gate(report, text))
    }
    if let form = report.alignmentForm { result.append("Alignment method: \(form).") }
    result += fallback(report)
    return result
  }

  private static func lossName(_ report: FitReport) -> String {
    report.classWeightRange == nil
      ? "Negative log-likelihood" : "Negative log-likelihood, rows weighted by class"
  }

  private static func gate(_ report: FitReport, _ text: FitReport.TextValue) -> String {
    if report.gate > 0 {
      return "Text tells the classes apart better than the image does: the gate is open, text "
        + "takes part in alignment and in the targets."
    }
    if text.textExponent > 0 {
      return "Text tells the classes apart less well than the image does: the gate is shut; "
        + "text still teaches on unlabelled pairs and as the denoiser's target."
    }
    return "Text adds nothing to the image here: the gate is shut, text is only the denoiser's "
      + "target."
  }

  private static func fallback(_ report: FitReport) -> [String] {
    guard let fused = report["fused"], let change = report.fallbackNllChange else {
      return [
        "Not tested: only \(report.heldOutRows) labelled rows could be held out. The prediction "
          + "is MARNet's."
      ]
    }
    let gain = 100 * fused.top1Gain.mean
    let error = 100 * fused.top1Gain.standardError
    var first =
      "On \(report.heldOutRows) held-out rows, MARNet against the linear probe: "
      + "\(signed(gain, 1)) ± \(Decimals.text(error, digits: 1)) points of top-1, "
      + "\(signed(change.mean, 3)) ± \(Decimals.text(change.standardError, digits: 3)) of "
      + "calibrated negative log-likelihood (below 0 is better"
      + (report.classWeightRange == nil ? ")." : "; rows weighted by class).")
    if abs(gain) <= 2 * error {
      first += " The difference in top-1 is within two standard errors."
    }
    switch report.decision {
    case .probe:
      return [
        first,
        "MARNet was worse than the probe by more than one standard error: the model predicts "
          + "with the probe.",
      ]
    case .marnet:
      return [first, "The model predicts with MARNet."]
    }
  }

  private static func signed(_ value: Double, _ digits: Int) -> String {
    (value >= 0 ? "+" : "") + Decimals.text(value, digits: digits)
  }
}
