// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What rows there are, and what the fit made of its own.
package struct DataSummary: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package var split: Split
    package var rows: Int
    /// Nil without labels that can be read.
    package var labelled: Int?
    package var visual: String
    package var text: String
    package var hasIDs: Bool
  }

  package var parts: [Part]
  /// Splits that cannot be read, with the reason.
  package var problems: [String]
  /// Sentences on the training rows, from the fit.
  package var training: [String]
  /// Rows a class among those evaluated; nil without.
  package var balance: ClassBalance?

  package init(_ file: FeatureFile, model: Model, evaluation: DetailedEvaluation?) {
    parts = []
    problems = []
    for split in file.splits {
      do {
        let found = try file.description(of: split)
        let labels = try? file.labels(split, classNames: model.classNames)
        parts.append(
          Part(
            split: split, rows: found.rowCount, labelled: labels.map { $0.count { $0 >= 0 } },
            visual: "\(Decimals.grouped(found.visualWidth)) × \(found.visualType.rawValue)",
            text: found.textWidth.map {
              "\(Decimals.grouped($0)) × \(found.textType?.rawValue ?? "")"
            } ?? "none",
            hasIDs: found.hasIDs))
      } catch {
        problems.append("\(split.rawValue): \(Failure(error).message)")
      }
    }
    let report = model.report
    training =
      [
        "Fitted on \(Decimals.grouped(report.rows)) rows, \(Decimals.grouped(report.labelledRows)) "
          + "labelled, \(Decimals.grouped(report.rowsWithText)) with text "
          + "(\(Decimals.grouped(report.distinctTexts)) different), "
          + "\(Decimals.grouped(model.classNames.count)) classes."
      ] + CompositionText.sentences(report) + VerdictText.sentences(report) + report.warnings
    balance = evaluation.flatMap { ClassBalance(labels: $0.labels, classNames: model.classNames) }
  }
}
