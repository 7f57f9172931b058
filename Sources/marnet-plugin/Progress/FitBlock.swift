// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The lines that show a fit at work. What a narrow terminal has no place for is left out whole,
/// from the end of a line: half a number would mislead.
struct FitBlock {
  /// Columns that a line may take.
  let width: Int
  let usesUTF8: Bool

  /// - Parameter stage: as it stands after `progress`.
  func lines(_ progress: FitProgress, _ stage: FitTimeline.Stage) -> [String] {
    var head = ["[\(progress.stageIndex)/\(progress.stageCount)] \(progress.stage)"]
    if let left = progress.fitSecondsLeft {
      head.append("about \(DurationText.left(left)) left in all")
    }
    guard progress.epoch > 0 else {
      return [fitting(head), fitting(["  \(DurationText.spent(progress.stageSeconds)) so far"])]
    }
    // Within an epoch the means of few batches jump about: those of the last whole one are shown.
    let losses = stage.lastEpoch?.losses ?? progress.losses
    var lines = [
      fitting(head),
      fitting([
        "  \(bar(progress))epoch \(progress.epoch)/\(progress.epochCount)",
        "\(DurationText.left(progress.secondsLeft)) left",
        "\(Decimals.grouped(Int(progress.rowsPerSecond))) rows/s",
      ]),
      "  " + fitting(losses.map { "\($0.name) \(Decimals.text($0.value, digits: 3))" }, indent: 2),
    ]
    if let top1 = stage.lastEpoch?.validationTop1 {
      var parts = ["held-out top-1 \(percent(top1))"]
      if let best = stage.best {
        parts.append("best \(percent(best.top1)) in epoch \(best.epoch)")
      }
      lines.append("  " + fitting(parts, indent: 2))
    }
    return lines
  }

  /// What stands between two stages.
  func pause(after stage: FitTimeline.Stage, of count: Int) -> [String] {
    [
      fitting([
        stage.index == count
          ? "[\(count)/\(count)] testing and writing the model"
          : "[\(stage.index)/\(count)] preparing what follows"
      ])
    ]
  }

  private func percent(_ fraction: Double) -> String {
    "\(Decimals.text(100 * fraction, digits: 1)) %"
  }

  /// The share of the stage's steps that is done; nothing on a narrow terminal.
  private func bar(_ progress: FitProgress) -> String {
    let cells = width < 40 ? 0 : width < 64 ? 10 : 24
    guard cells > 0 else { return "" }
    let done = cells * progress.step / max(progress.stepCount, 1)
    let (full, empty) = usesUTF8 ? ("━", "─") : ("#", "-")
    return String(repeating: full, count: done) + String(repeating: empty, count: cells - done)
      + "  "
  }

  /// As many of `parts` as there is room for, the first in any case.
  private func fitting(_ parts: [String], indent: Int = 0) -> String {
    var line = parts.first ?? ""
    for part in parts.dropFirst() where indent + line.count + 2 + part.count <= width {
      line += "  " + part
    }
    return line
  }
}
