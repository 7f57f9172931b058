// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a report shows.
public struct ReportOptions: Sendable {
  /// The rows that are evaluated; nil: `test`, or none where the file has no such rows.
  public var split: Split?
  /// Sampler, draws and seed; what is nil is the model's.
  public var scoring = ScoringOptions()
  /// Classes of the embedding; empty: the five that are most confused with each other.
  public var classes: [String] = []
  /// Rows of each of these classes in the embedding, at most.
  public var rowsPerClass = 100
  /// Rows of the split, from 0, whose predictions are shown; empty: a choice of each kind.
  public var exampleRows: [Int] = []
  /// Rows read at a time at most; no effect on the report.
  public var batchRows: Int?
  /// What the evaluation may take; nil means three quarters of what is available.
  public var memory: MemoryBudget?

  /// The test rows, five classes of 100 rows, examples of each kind.
  public init() {}
}

/// What was written.
public struct ReportSummary: Sendable, Equatable {
  /// Size of the page.
  public let byteCount: Int
  /// What the model gained over the probe, in one sentence.
  public let verdict: String
}

/// How far a report has come.
public struct ReportProgress: Sendable, Equatable {
  /// What is being done, such as "evaluating".
  public let stage: String
  /// Of `count` parts of it, done.
  public let done: Int
  /// Parts, `unit` of them: rows or iterations.
  public let count: Int
  /// What the parts are.
  public let unit: String
}
