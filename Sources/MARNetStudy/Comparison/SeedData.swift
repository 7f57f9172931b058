// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// What one seed's contenders are trained, chosen and tested on.
struct SeedData: Sendable {
  let prepared: PreparedData
  /// Why the method `team` cannot use the file's tokens.
  let tokenFailure: String?
  let test: KeyedRows
  let testLabels: [Int32]
  /// Nil where too few rows could be held out to choose anything.
  let heldOut: PreparedData.HeldOut?
  let heldOutCount: Int
  /// Whether there are enough of them for the fallback of the preset `plugin`, as in a fit.
  let testsFallback: Bool
  /// Fewer held-out rows choose nothing: weights are then the methods' defaults.
  private static let fewestRowsToChooseBy = 20
  /// Of the fit with this seed.
  let key: RandomKey
  let seed: UInt64

  /// - Parameters:
  ///   - source: the rows of the file.
  ///   - options: whose regime is applied to the training rows.
  init(
    _ source: StudyRows, regime: Regime, configuration: Configuration, seed: UInt64,
    pool: WorkerPool
  ) throws {
    self.seed = seed
    tokenFailure = source.tokenFailure
    key = RandomKey(seed: seed)
    let rows = try regime.applied(to: source.train, key: key)
    try rows.requireEveryClassLabelled()
    try rows.requireText()
    prepared = try PreparedData(rows: rows, validation: source.validation, pool: pool)
      .weighted(by: configuration.training.classWeights)
    test = KeyedRows(
      raw: source.test, standardizer: prepared.visualStandardizer, pool: pool)
    testLabels = source.testLabels
    let held = try prepared.heldOut(configuration.validation, key: key, pool: pool)
    heldOutCount = held?.rows.labels.count ?? 0
    heldOut = heldOutCount >= Self.fewestRowsToChooseBy ? held : nil
    testsFallback = heldOutCount >= configuration.validation.minimumRows
  }
}
