// SPDX-License-Identifier: Apache-2.0

import MARNet

/// A fit's progress for programs.
struct FitEvents {
  private static let secondsBetweenSteps = 1.0

  private var lastStep = ContinuousClock.now

  /// A stage has begun.
  func began(_ progress: FitProgress) {
    var event = placed("stage", progress)
    event.add("epoch_count", count: progress.epochCount)
    event.add("step_count", count: progress.stepCount)
    Console.log(event)
  }

  /// An epoch has ended, or some steps were made.
  mutating func advanced(_ progress: FitProgress) {
    let now = ContinuousClock.now
    guard progress.isEpochEnd || (now - lastStep).inSeconds >= Self.secondsBetweenSteps else {
      return
    }
    lastStep = now
    var event = placed(progress.isEpochEnd ? "epoch" : "step", progress)
    event.add("epoch", count: progress.epoch)
    event.add("epoch_count", count: progress.epochCount)
    event.add("step", count: progress.step)
    event.add("step_count", count: progress.stepCount)
    event.add("losses", progress.record?.losses ?? [])
    event.add("learning_rate", progress.record?.learningRate)
    event.add("validation_top1", progress.validationTop1)
    event.add("rows_per_second", progress.epoch > 0 ? progress.rowsPerSecond : nil)
    event.add("seconds_left", progress.epoch > 0 ? progress.secondsLeft : nil)
    event.add("fit_seconds_left", progress.fitSecondsLeft)
    event.add("elapsed", CommandRun.elapsed)
    Console.log(event)
  }

  func ended(_ stage: FitTimeline.Stage, of count: Int) {
    var event = LogEvent("stage_done")
    event.add("stage", stage.name)
    event.add("stage_index", count: stage.index)
    event.add("stage_count", count: count)
    event.add("epochs", count: stage.epochs)
    event.add("seconds", stage.seconds)
    event.add("loss", stage.lastEpoch?.record?.loss)
    event.add("validation_top1", stage.lastEpoch?.validationTop1)
    event.add("best_validation_top1", stage.best?.top1)
    event.add("best_epoch", count: stage.best?.epoch)
    event.add("elapsed", CommandRun.elapsed)
    Console.log(event)
  }

  private func placed(_ kind: String, _ progress: FitProgress) -> LogEvent {
    var event = LogEvent(kind)
    event.add("stage", progress.stage)
    event.add("stage_index", count: progress.stageIndex)
    event.add("stage_count", count: progress.stageCount)
    return event
  }
}

extension EpochRecord {
  /// What the epoch's line of `metrics.jsonl` says of losses, under its names.
  fileprivate var losses: [(name: String, value: Double)] {
    let terms: [(String, Double?)] = [
      ("loss", loss), ("alignment_cross_entropy", alignmentCrossEntropy),
      ("alignment_loss", alignmentLoss),
      ("reconstruction_cross_entropy", reconstructionCrossEntropy),
      ("reconstruction_error", reconstructionError),
      ("fusion_cross_entropy", fusionCrossEntropy),
    ]
    return terms.compactMap { name, value in value.map { (name, $0) } }
  }
}
