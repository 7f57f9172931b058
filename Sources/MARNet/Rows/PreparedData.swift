// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// The rows of a fit with the statistics of its training rows, and which of them are held out.
package struct PreparedData: Sendable {
  package private(set) var rows: PreparedRows
  /// The file's own validation rows, where it has any.
  package let validation: PreparedRows?
  package let classNames: [String]
  /// Of the training rows as read.
  package let fingerprint: String
  /// Different texts among the training rows that have one.
  package let distinctTexts: Int
  package let visualStandardizer: Standardizer
  package let textStandardizer: Standardizer

  /// Reads all rows twice: for sums, hashes and finiteness, then for deviations.
  ///
  /// - Throws: `DataError` when rows cannot be read or are not finite.
  package init(_ source: PairedSource, validation: PairedSource?, pool: WorkerPool) throws {
    classNames = source.classNames
    let found = try RowStatistics(source, pool: pool)
    fingerprint = found.fingerprint
    distinctTexts = found.distinctTexts
    visualStandardizer = found.visual
    textStandardizer = found.text
    rows = Self.prepared(
      source, found.visual, found.text, keys: found.keys,
      tokens: try source.tokens.map { try PreparedTokens($0, pool: pool) })
    self.validation = try validation.map { validation in
      // Nothing is learned from its text, but what is broken there is told as elsewhere.
      try validation.text?.forEachBlock { _, _ in }
      return Self.prepared(
        validation, found.visual, found.text, keys: try RowStatistics.keys(of: validation.visual),
        tokens: nil)
    }
  }

  /// Rows in memory, which are checked and shared.
  package init(rows: PairedRows, validation: PairedRows?, pool: WorkerPool) throws {
    try self.init(
      PairedSource(rows), validation: validation.map { PairedSource($0) }, pool: pool)
  }

  /// These data with rows that count by class; weights are those of all training rows, so that
  /// fits on some of them agree with the fit on all.
  ///
  /// - Throws: `ClassWeightsError` where weights are not those of the classes.
  package func weighted(by weights: ClassWeights) throws -> PreparedData {
    var result = self
    result.rows = rows.weighted(by: try weights.table(classNames: classNames, labels: rows.labels))
    return result
  }

  private static func prepared(
    _ source: PairedSource, _ visual: Standardizer, _ text: Standardizer, keys: [UInt64],
    tokens: PreparedTokens?
  ) -> PreparedRows {
    // Rows without any text still have a place for it in the networks.
    let none = StoredRows(rowCount: 0, width: text.mean.count, type: .float32)
    return PreparedRows(
      visual: StandardizedRows(source.visual, standardizer: visual),
      text: StandardizedRows(
        source.text ?? none, standardizer: text, isPresent: source.hasText),
      tokens: tokens, keys: keys, hasText: source.hasText, labels: source.labels,
      classCount: source.classNames.count)
  }

  package func dimensions(_ configuration: Configuration) -> HeadDimensions {
    HeadDimensions(
      configuration, visual: rows.visual.width, text: rows.text.width, classes: rows.classCount)
  }

  /// Rows kept from training to judge it, and the rows that remain.
  package struct HeldOut: Sendable {
    package let rows: HeldOutRows
    /// All training rows where the file has validation rows.
    package let inner: PreparedRows
  }

  /// The labelled validation rows or, without any, a seeded stratified part of the labelled
  /// training rows, in either case no more than the options allow; nil where there are none.
  ///
  /// - Parameter key: of the fit.
  package func heldOut(
    _ options: ValidationOptions, key: RandomKey, pool: WorkerPool
  ) throws -> HeldOut? {
    let source = validation ?? rows
    let positions = heldOutPositions(options, key: key)
    guard !positions.isEmpty else { return nil }
    let held = Set(validation == nil ? positions : [])
    return HeldOut(
      rows: HeldOutRows(
        rows: try source.keyed(at: positions, pool: pool),
        labels: positions.map { source.labels[$0] }, classWeights: rows.classWeights),
      inner: held.isEmpty
        ? rows : rows.rows(at: (0..<rows.rowCount).filter { !held.contains($0) }))
  }

  /// Where they stand among the validation rows or, without any, the training rows.
  func heldOutPositions(_ options: ValidationOptions, key: RandomKey) -> [Int] {
    if let validation { return limited(validation.labelledRows, to: options.maximumRows) }
    return StratifiedSplit.holdOut(
      labels: rows.labels, fraction: fraction(options), key: key.derived(FitStream.split))
  }

  private func fraction(_ options: ValidationOptions) -> Double {
    let labelled = rows.labels.count { $0 >= 0 }
    return min(options.fraction, Double(options.maximumRows) / Double(max(labelled, 1)))
  }

  private func limited(_ rows: [Int], to count: Int) -> [Int] {
    guard rows.count > count else { return rows }
    return (0..<count).map { rows[$0 * rows.count / count] }
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
      self, usesText: configuration.training.scheme == .joint,
      options: PrefitOptions(
        probe: configuration.probe, teacher: configuration.teacher,
        imageC: earlier?.imageProbe.c, textC: earlier?.textProbe?.c),
      key: key.derived(FitStream.prefit), pool: pool, checkpoint: checkpoint)
  }

  /// With one-hot targets, or those of a teacher.
  ///
  /// - Parameter keepingTargets: whether a teacher's targets are computed once and kept, not
  ///   whenever rows are read; nil means where the rows lie in memory. Changes no bit.
  package func trainingRows(
    teacher prefit: Prefit?, weight: Double, keepingTargets: Bool? = nil, pool: WorkerPool
  ) throws -> TrainingRows {
    let soft = SoftTargets(
      labels: labels, hasText: hasText, classCount: classCount, prefit: prefit,
      teacherWeight: weight)
    return TrainingRows(
      self,
      targets: soft.needsFeatures && (keepingTargets ?? isResident)
        ? .table(try soft.matrix(self, pool: pool)) : .soft(soft), weights: soft.weights)
  }
}
