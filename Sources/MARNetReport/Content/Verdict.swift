// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What the model gained over the linear probe.
package struct Verdict: Sendable, Equatable {
  /// Which way the interval lies.
  package enum Kind: Sendable, Equatable {
    case gain
    case loss
    case unclear
    case unmeasured

    /// A gain or a loss only where the interval lies on one side of 0.
    package init(_ interval: Interval) {
      self = interval.low > 0 ? .gain : interval.high < 0 ? .loss : .unclear
    }
  }

  package var kind: Kind
  /// A few words.
  package var headline: String
  /// One sentence with the interval.
  package var sentence: String
  /// What else must be known to read it.
  package var notes: [String]

  /// Of a model and an evaluation; without one, of what its fit found on held-out rows.
  package init(_ model: Model, _ evaluation: DetailedEvaluation?, split: Split?, absence: String) {
    (kind, headline, sentence, notes) = (.unmeasured, "Nothing was measured", "", [])
    let rows: String
    let gain: PairedDifference
    let control: PairedDifference?
    if let evaluation, let split,
      let judged = evaluation[
        model.decision == .marnet ? PredictorName.fused : PredictorName.heads]
    {
      rows = "\(Decimals.grouped(evaluation.labels.count)) labelled rows of '\(split.rawValue)'"
      gain = judged.top1Gain
      control = evaluation[PredictorName.imageOnlyControl]?.top1Gain
    } else if let fused = model.report[PredictorName.fused] {
      rows = "the \(Decimals.grouped(model.report.heldOutRows)) rows its fit held out"
      gain = fused.top1Gain
      control = model.report[PredictorName.imageOnlyControl]?.top1Gain
      notes.append(absence + " What stands here is what the fit found on rows it held out.")
    } else {
      sentence = absence + " The fit could hold no rows out either."
      return
    }
    if evaluation?.labels.count == 1 {
      headline = "One row says nothing"
      sentence = "There is one labelled row: a difference to the linear probe has no interval."
      return
    }
    let name = model.decision == .marnet ? "fusion" : "MARNet"
    addNotes(model, control)
    guard gain.mean != 0 || gain.standardError != 0 else {
      kind = .unclear
      headline = "No difference to the linear probe"
      sentence = "On \(rows), \(name) is right on the very rows on which the linear probe is."
      return
    }
    let interval = Interval(gain)
    let heads = model.decision == .marnet ? "" : "MARNet's heads: "
    kind = Kind(interval)
    switch kind {
    case .gain:
      headline = "\(heads)\(Points.signed(gain.mean)) points of top-1 over the linear probe"
      sentence =
        "On \(rows), \(name) gained \(Points.plain(gain.mean)) points of top-1 over the linear "
        + "probe (95 % interval \(interval.text))."
    case .loss:
      headline = "\(heads)\(Points.signed(gain.mean)) points of top-1 against the linear probe"
      sentence =
        "On \(rows), \(name) lost \(Points.plain(-gain.mean)) points of top-1 against the linear "
        + "probe (95 % interval \(interval.text))."
    default:
      headline = "No clear difference to the linear probe"
      sentence =
        "On \(rows), \(name) differs from the linear probe by \(Points.signed(gain.mean)) points "
        + "of top-1, and the 95 % interval (\(interval.text)) holds 0."
    }
  }

  private mutating func addNotes(_ model: Model, _ control: PairedDifference?) {
    if model.decision == .probe {
      notes.append(
        "On held-out rows MARNet was clearly worse than the probe, so this model predicts with "
          + "the probe: its heads are measured here, not used.")
    }
    if let control {
      notes.append(
        "The same network without any text differs from the probe by "
          + "\(Points.signed(control.mean)) points (\(Interval(control).text)): what remains "
          + "between the two is what text was worth.")
    }
  }
}

/// A 95 % interval of a mean difference, from its standard error.
package struct Interval: Sendable, Equatable {
  package var mean: Double
  package var low: Double
  package var high: Double

  package init(_ difference: PairedDifference) {
    mean = difference.mean
    low = difference.mean - 1.96 * difference.standardError
    high = difference.mean + 1.96 * difference.standardError
  }

  /// "+1.2 to +3.4", in points.
  package var text: String { "\(Points.signed(low)) to \(Points.signed(high))" }
}

/// Fractions in points and percent, for people.
package enum Points {
  /// With a sign, one digit.
  package static func signed(_ fraction: Double) -> String {
    let text = plain(fraction)
    if text == "0.0" || text == "-0.0" { return "0.0" }
    return fraction < 0 ? "\u{2212}" + text.dropFirst() : "+" + text
  }

  package static func plain(_ fraction: Double, digits: Int = 1) -> String {
    Decimals.text(100 * fraction, digits: digits)
  }
}
