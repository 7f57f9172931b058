// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// The rows of a feature file as a study divides them.
struct StudyRows: Sendable {
  /// Where the test rows come from.
  enum TestSource: String, Codable, Sendable {
    case testGroup = "test group"
    case partOfTrain = "part of train"
  }

  let train: PairedRows
  /// Why tokens that are in the file cannot be used, where they were asked for.
  let tokenFailure: String?
  let validation: PairedRows?
  /// Labelled test rows, `[M, Dv]`, and their classes.
  let test: Matrix
  let testLabels: [Int32]
  let testSource: TestSource
  /// Of the training rows as read.
  let fingerprint: String
  /// Of the validation and test rows as read, where there are any.
  let otherFingerprints: [String]

  /// Of a file without labelled test rows, this part of the labelled training rows is kept for
  /// testing, the same for every seed.
  private static let testFraction = 0.25
  private static let fewestTestRows = 20

  /// Reads a file: `train`, `val` where there is one, and `test`.
  ///
  /// - Parameters:
  ///   - output: must not be the file that is read.
  ///   - withTokens: reads the tokens of training rows, where there are any.
  /// - Throws: `DataError`, `StudyError.tooFewRows`.
  init(_ file: FeatureFile, output: String, withTokens: Bool) throws {
    try file.requireIsNot(output)
    let (train, failure) = try Self.training(file, withTokens: withTokens)
    tokenFailure = failure
    fingerprint = train.fingerprint
    validation = file.splits.contains(.val) ? try file.pairedRows(.val) : nil
    let others = validation.map { [$0.fingerprint] } ?? []
    if file.splits.contains(.test), try file.description(of: .test).hasLabels {
      let rows = try file.pairedRows(.test)
      let labelled = rows.labels.indices.filter { rows.labels[$0] >= 0 }
      if !labelled.isEmpty {
        self.train = train
        test = rows.visual.rows(at: labelled)
        testLabels = labelled.map { rows.labels[$0] }
        testSource = .testGroup
        otherFingerprints = others + [rows.fingerprint]
        return
      }
    }
    let held = StratifiedSplit.holdOut(
      labels: train.labels, fraction: Self.testFraction, key: RandomKey(seed: 0))
    guard held.count >= Self.fewestTestRows else {
      throw StudyError.tooFewRows(
        path: file.path, purpose: "could be kept for testing", found: held.count,
        needed: Self.fewestTestRows, group: "test")
    }
    let kept = Set(held)
    self.train = train.rows(at: (0..<train.rowCount).filter { !kept.contains($0) })
    test = train.visual.rows(at: held)
    testLabels = held.map { train.labels[$0] }
    testSource = .partOfTrain
    otherFingerprints = others
  }

  /// Tokens that cannot be used stop one method, not the study.
  private static func training(
    _ file: FeatureFile, withTokens: Bool
  ) throws -> (rows: PairedRows, tokenFailure: String?) {
    guard withTokens else { return (try file.pairedRows(.train), nil) }
    do {
      return (try file.pairedRows(.train, withTokens: true), nil)
    } catch let error as DataError {
      return (try file.pairedRows(.train), error.description)
    }
  }
}
