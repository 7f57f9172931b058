// SPDX-License-Identifier: Apache-2.0

/// How far a fit has come. Sent at the end of every epoch and a few times a second in between.
public struct FitProgress: Sendable {
  /// What is being trained, in plain words, such as "joint network, held-out test".
  public var stage: String
  /// Place of this stage among those of the fit, from 1.
  public internal(set) var stageIndex = 0
  /// Stages of the fit, those that an earlier run has finished among them.
  public internal(set) var stageCount = 0
  /// Epoch of this stage, from 1; 0 in stages without epochs.
  public var epoch: Int
  /// Epochs of this stage.
  public var epochCount: Int
  /// Steps done in this stage.
  public var step: Int
  /// Steps of this stage.
  public var stepCount: Int
  /// Whether an epoch has just ended; only then are losses those of a whole epoch.
  public var isEpochEnd: Bool
  /// Mean loss terms of the epoch so far, by name.
  public var losses: [(name: String, value: Double)]
  /// The epoch so far, at its end the line of `metrics.jsonl`; nil in stages without epochs.
  public var record: EpochRecord?
  /// Fused top-1 on held-out rows, a fraction, where rows are held out.
  public var validationTop1: Double?
  /// Training rows a second in this stage.
  public var rowsPerSecond: Double
  /// Seconds left in this stage at this speed.
  public var secondsLeft: Double
  /// Seconds that this stage has taken in this run.
  public var stageSeconds: Double
  /// Seconds left of the whole fit at the speeds seen so far, without the evaluation between
  /// stages; nil before the first network was timed.
  public internal(set) var fitSecondsLeft: Double?
  /// Of this stage; 0 in stages without steps.
  var secondsPerStep = 0.0
}

/// The answer to a progress report.
public enum FitControl: Sendable {
  /// Go on.
  case proceed
  /// Stop after this step; `fit` throws `FitError.cancelled` or, with checkpoints, `suspended`.
  case cancel
}

/// Receives progress, on the thread that called `fit`.
public typealias FitProgressHandler = (FitProgress) -> FitControl
