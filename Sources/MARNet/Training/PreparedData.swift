// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// The rows of a fit, standardised with the statistics of its training rows, and which of
/// them are held out.
package struct PreparedData: Sendable {
  package let rows: PreparedRows
  /// The file's own validation rows, where it has any.
  package let validation: PreparedRows?
  package let classNames: [String]
  /// Of the training rows as read.
  package let fingerprint: String
  package let visualStandardizer: Standardizer
  package let textStandardizer: Standardizer

  package init(rows: PairedRows, validation: PairedRows?, pool: WorkerPool) {
    fingerprint = rows.fingerprint
    classNames = rows.classNames
    let visual = Standardizer(of: rows.visual)
    let withText = rows.hasText.indices.filter { rows.hasText[$0] }
    let text = rows.text ?? Matrix(rowCount: rows.rowCount, columnCount: 1)
    let semantic = Standardizer(of: text, rows: withText)
    visualStandardizer = visual
    textStandardizer = semantic
    self.rows = PreparedRows(rows, visual: visual, text: semantic, pool: pool)
    self.validation = validation.map {
      PreparedRows($0, visual: visual, text: semantic, pool: pool)
    }
  }

  package func dimensions(_ configuration: Configuration) -> HeadDimensions {
    HeadDimensions(
      configuration, visual: rows.visual.visual.columnCount, text: rows.text.columnCount,
      classes: rows.classCount)
  }

  /// Rows kept from training to judge it, and the rows that remain.
  package struct HeldOut: Sendable {
    package let rows: HeldOutRows
    /// All training rows where the file has validation rows.
    package let inner: PreparedRows
  }

  /// The labelled validation rows or, without any, a seeded stratified part of the labelled
  /// training rows; nil where there are none.
  ///
  /// - Parameter key: of the fit.
  package func heldOut(_ options: ValidationOptions, key: RandomKey) -> HeldOut? {
    let source = validation ?? rows
    let positions =
      validation != nil
      ? source.labelledRows
      : StratifiedSplit.holdOut(
        labels: rows.labels, fraction: options.fraction, key: key.derived(FitStream.split))
    guard !positions.isEmpty else { return nil }
    let held = Set(validation == nil ? positions : [])
    return HeldOut(
      rows: HeldOutRows(
        rows: source.visual.rows(at: positions), labels: positions.map { source.labels[$0] }),
      inner: held.isEmpty
        ? rows : rows.rows(at: (0..<rows.rowCount).filter { !held.contains($0) }))
  }
}

extension PreparedRows {
  /// The linear prefit of these rows.
  ///
  /// - Parameters:
  ///   - earlier: whose choice of c is kept.
  ///   - key: of the fit.
  ///   - checkpoint: called often; what it throws ends the prefit.
  package func prefit(
    _ configuration: Configuration, choosing earlier: Prefit? = nil, key: RandomKey,
    pool: WorkerPool, checkpoint: @escaping () throws -> Void
  ) throws -> Prefit {
    try Prefit.fit(
      visual: visual.visual, text: configuration.training.scheme == .joint ? text : nil,
      hasText: hasText, labels: labels, classCount: classCount,
      options: PrefitOptions(
        probe: configuration.probe, teacher: configuration.teacher,
        imageC: earlier?.imageProbe.c, textC: earlier?.textProbe?.c),
      key: key.derived(FitStream.prefit), pool: pool, checkpoint: checkpoint)
  }

  /// With one-hot targets, or those of a teacher.
  package func trainingRows(teacher prefit: Prefit?, weight: Double) -> TrainingRows {
    trainingRows(
      SoftTargets(
        labels: labels, hasText: hasText, classCount: classCount, prefit: prefit,
        teacherWeight: weight))
  }
}
