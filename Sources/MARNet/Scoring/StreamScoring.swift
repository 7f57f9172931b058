// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// What is written of rows that come as a stream.
public struct StreamScoring: Sendable {
  /// Write only the k most probable classes of each row.
  public var topK: Int?
  /// Write x_EMA.
  public var includesEmbedding = false
  /// Write x_CDR.
  public var includesReconstruction = false
  /// Rows at a time at most; nil means 8,192. No effect on the scores.
  public var batchRows: Int?
  /// What the scoring may take; nil means three quarters of what is available. No effect on the
  /// scores.
  public var memory: MemoryBudget?
  /// The format; nil takes it from the output's extension.
  public var format: ScoreFormat?
  /// Replace what stands at the output.
  public var overwrite = false

  /// All probabilities.
  public init() {}
}

/// A scoring of a stream into another stream that was interrupted.
public struct StreamScoringInterrupted: CodedError {
  /// Rows whose scores are out.
  public let rowCount: Int

  /// `Failure.Code.interrupted`.
  public var failureCode: Failure.Code { .interrupted }

  /// What happened, and that nothing can go on with it.
  public var description: String {
    "interrupted; the scores of \(Decimals.grouped(rowCount)) rows are out. Begin anew: rows of a "
      + "stream do not come twice."
  }
}
