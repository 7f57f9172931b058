// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a fit has said of its stages so far.
struct FitTimeline {
  /// A stage that has begun.
  struct Stage {
    var name: String
    var index: Int
    var epochs = 0
    var seconds = 0.0
    /// The last epoch that has ended.
    var lastEpoch: FitProgress?
    var best: (top1: Double, epoch: Int)?
    var isDone = false
  }

  private(set) var stages: [Stage] = []

  var current: Stage? { stages.last }

  /// What a word of progress means for stages.
  struct Change {
    /// The one before, which ended as this one began.
    var before: Stage?
    var hasBegun = false
    /// The present one, where it ends with this.
    var ended: Stage?
  }

  mutating func note(_ progress: FitProgress) -> Change {
    var change = Change()
    if stages.last?.name != progress.stage {
      change.before = end()
      change.hasBegun = true
      stages.append(Stage(name: progress.stage, index: progress.stageIndex))
    }
    stages[stages.count - 1].take(progress)
    if progress.isEpochEnd, progress.step == progress.stepCount { change.ended = end() }
    return change
  }

  /// Ends the stage that is going on, if one is.
  mutating func end() -> Stage? {
    guard let last = stages.last, !last.isDone else { return nil }
    stages[stages.count - 1].isDone = true
    return stages.last
  }

  /// Seconds by purpose, in the order of their first stages: linear models, then what networks
  /// were trained for.
  var seconds: [(purpose: String, seconds: Double)] {
    var result: [(purpose: String, seconds: Double)] = []
    for stage in stages {
      let purpose =
        stage.lastEpoch == nil
        ? "linear models" : stage.name.split(separator: ", ").last.map(String.init) ?? stage.name
      if let place = result.firstIndex(where: { $0.purpose == purpose }) {
        result[place].seconds += stage.seconds
      } else {
        result.append((purpose, stage.seconds))
      }
    }
    return result
  }
}

extension FitTimeline.Stage {
  fileprivate mutating func take(_ progress: FitProgress) {
    seconds = progress.stageSeconds
    guard progress.isEpochEnd else { return }
    epochs = progress.epoch
    lastEpoch = progress
    if let top1 = progress.validationTop1, top1 > best?.top1 ?? -1 {
      best = (top1, progress.epoch)
    }
  }

  /// One line that stays when the stage is over.
  var summary: String {
    guard let lastEpoch else { return "\(name): \(DurationText.spent(seconds))" }
    var text =
      "\(name): \(epochs) \(epochs == 1 ? "epoch" : "epochs") in \(DurationText.spent(seconds))"
    if let loss = lastEpoch.losses.first {
      text += ", \(loss.name) \(Decimals.text(loss.value, digits: 3))"
    }
    if let top1 = lastEpoch.validationTop1 {
      text += ", held-out top-1 \(Decimals.text(100 * top1, digits: 1)) %"
      if let best, best.top1 > top1 {
        text += " (best \(Decimals.text(100 * best.top1, digits: 1)) %)"
      }
    }
    return text
  }
}
