// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetHeads

extension FitReport {
  /// Which form of the method `team` rows with these tokens, or without any, get.
  package static func form(_ tokens: TokenShape?) -> String {
    guard let tokens else { return "team-global: single vectors, no tokens in the file" }
    return "team: tokens, \(tokens.textCount) words, \(tokens.visualCount) patches"
  }

  /// Puts together what a fit found out.
  init(
    data: PreparedData, fitted: FitRun.Fitted, outcome: HeldOutOutcome, hasValidation: Bool,
    bfloat16Difference: Double, steps: Int, method: AlignmentOptions.Method,
    alignmentLoss: String?
  ) {
    let prefit = fitted.prefit
    let rows = data.rows
    self.rows = rows.rowCount
    labelledRows = rows.labelledRows.count
    rowsWithText = rows.hasText.count { $0 }
    let balance = ClassBalance(labels: rows.labels, classNames: data.classNames)
    counts = balance.map {
      RowCounts(labels: rows.labels, hasText: rows.hasText, balance: $0)
    }
    classWeightRange = (rows.classWeights?.values).flatMap { values in
      values.min().flatMap { smallest in
        values.max().map { WeightRange(smallest: smallest, largest: $0) }
      }
    }
    distinctTexts = data.distinctTexts
    probeC = prefit.imageProbe.c
    textProbeC = prefit.textProbe?.c
    text = prefit.nll.map {
      TextValue(
        imageNll: $0.image, textNll: $0.text, teacherNll: $0.teacher,
        imageExponent: prefit.imageExponent, textExponent: prefit.textExponent)
    }
    gate = prefit.gate
    let tested = !outcome.branches.isEmpty
    heldOutSource = !tested ? .none : hasValidation ? .valGroup : .partOfTrain
    heldOutRows = outcome.rowCount
    branches = outcome.branches
    fallbackNllChange = outcome.nllChange
    decision = outcome.decision
    self.bfloat16Difference = bfloat16Difference
    self.steps = steps
    alignmentForm =
      alignmentLoss.map { "\($0), a loss of the program's own, which config.json does not hold" }
      ?? (method == .team ? Self.form(rows.tokens?.shape) : nil)
    warnings = []
    let unlabelled = self.rows - labelledRows
    if unlabelled > 0, distinctTexts <= 2 * rows.classCount {
      warnings.append(
        "There are only \(distinctTexts) different texts for \(rows.classCount) classes: the "
          + "text of an unlabelled row carries its label, so gains from unlabelled rows are "
          + "not to be expected where text is not per class.")
    }
    if let balance, let few = RowCounts.warning(balance, classNames: data.classNames) {
      warnings.append(few)
    }
    if !tested {
      warnings.append(
        "Only \(outcome.rowCount) labelled rows could be held out: MARNet was not tested "
          + "against the probe.")
    }
  }
}
