// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// What of a feature file is scored, and what is written.
public struct FileScoring: Sendable {
  /// The rows to score.
  public var split = Split.test
  /// Score one part of these rows, into a file of its own (`ScoreShard.path`); HDF5 only.
  public var shard: ScoreShard?
  /// Write only the k most probable classes of each row.
  public var topK: Int?
  /// Write x_EMA.
  public var includesEmbedding = false
  /// Write x_CDR.
  public var includesReconstruction = false
  /// Rows at a time at most; nil means 8,192. The next are read while these are scored and the
  /// ones before are written. No effect on the scores.
  public var batchRows: Int?
  /// What the scoring may take; nil means three quarters of what is available. No effect on the
  /// scores.
  public var memory: MemoryBudget?
  /// The format; nil takes it from the output's extension.
  public var format: ScoreFormat?
  /// Replace what stands at the output.
  public var overwrite = false
  /// Go on with what an interrupted scoring left beside the output; the file will be the same,
  /// byte for byte. Otherwise that is removed.
  public var resume = false

  /// The test split, all probabilities.
  public init() {}
}

/// What became of a scoring.
public struct FileScoringReport: Sendable, Equatable {
  /// Where the scores are: the output, or the file of the shard.
  public let path: String
  /// Rows in it.
  public let rowCount: Int
  /// Rows that an earlier run had scored; all of them where its file was complete already.
  public let earlierRows: Int
}

/// A scoring that ended before its last row, and left what can be gone on with.
public struct ScoringStopped: CodedError {
  /// Why.
  public let cause: any Error
  /// Where the scores were to go.
  public let path: String
  /// Rows that are kept beside it.
  public let keptRows: Int
  /// Rows in all.
  public let rowCount: Int

  /// Interrupted, or what the cause is.
  public var failureCode: Failure.Code { Failure(cause).code }

  /// What happened, and what is kept.
  public var description: String {
    let kept = "\(Decimals.grouped(keptRows)) of \(Decimals.grouped(rowCount)) rows are kept"
    if case FitError.cancelled = cause { return "interrupted; \(kept) beside \(path)." }
    return "\(Failure(cause).message) \(kept) beside \(path)."
  }
}
