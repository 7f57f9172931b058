// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The table of predictors.
package enum PredictorSection {
  package static func section(_ finding: Finding<PredictorTable>) -> Section {
    Section("predictors", "Every predictor on the same rows", short: "Predictors", finding) {
      "\(table($0))\(words($0))"
    }
  }

  private static func table(_ content: PredictorTable) -> Markup {
    let header =
      ["", "top-1 %", "gain, points", "95 %"] + (content.hasTop5 ? ["top-5 %"] : [])
      + ["balanced %", "NLL", "ECE %"]
    var table = Table(
      "On \(content.source). Fractions in percent; NLL in nats, lower is better.", header: header)
    let best = (
      top1: content.rows.map(\.metrics.top1).max(), top5: content.rows.map(\.metrics.top5).max(),
      balanced: content.rows.map(\.metrics.balancedAccuracy).max(),
      nll: content.rows.map(\.metrics.nll).min(), ece: content.rows.map(\.metrics.ece).min()
    )
    for row in content.rows {
      let metrics = row.metrics
      func cell(_ text: String, _ isBest: Bool) -> Table.Cell {
        Table.Cell("\(text)", look: isBest ? "best" : nil)
      }
      let look: Markup? = row.gain.flatMap { $0.low > 0 ? "up" : $0.high < 0 ? "down" : nil }
      var cells = [
        cell(Points.plain(metrics.top1, digits: 2), metrics.top1 == best.top1),
        Table.Cell("\(row.gain.map { Points.signed($0.mean) } ?? "–")", look: look),
        Table.Cell("\(row.gain?.text ?? "–")"),
      ]
      if content.hasTop5 {
        cells.append(cell(Points.plain(metrics.top5, digits: 2), metrics.top5 == best.top5))
      }
      cells += [
        cell(
          Points.plain(metrics.balancedAccuracy, digits: 2),
          metrics.balancedAccuracy == best.balanced),
        cell(Decimals.text(metrics.nll, digits: 3), metrics.nll == best.nll),
        cell(Points.plain(metrics.ece, digits: 2), metrics.ece == best.ece),
      ]
      table.add(
        "<span class=\"chip c-\(row.name)\"></span>\(row.title)", cells,
        look: row.name == PredictorName.fused ? "final" : nil)
    }
    return table.markup
  }

  private static func words(_ content: PredictorTable) -> Markup {
    let topFive: Markup =
      content.hasTop5 ? "" : " Top-5 says nothing of five classes or fewer, and is left out."
    return """
      <p class="note">Balanced: mean accuracy over classes. NLL: negative log-likelihood. ECE: expected \
      calibration error over 15 bins. Bold is best of its column. The highlighted row is the prediction \
      of the model, after fallback and calibration.\(topFive)</p>

      """
  }
}
