// SPDX-License-Identifier: Apache-2.0

/// The stages of a fit, known before the first one, and how long those ahead will take at the
/// speeds seen so far. For people only: nothing a model holds depends on it.
final class FitForecast {
  private let stages: [FitStage]
  /// Seconds that a unit of work took, by kind; what was kept by an earlier run is not timed.
  private var pace: [FitStage.Kind: Double] = [:]

  init(_ stages: [FitStage]) { self.stages = stages }

  /// `progress` with the place of its stage and the time that the whole fit has left.
  func placing(_ progress: FitProgress) -> FitProgress {
    var placed = progress
    placed.stageCount = stages.count
    guard let index = stages.firstIndex(where: { $0.name == progress.stage }) else {
      preconditionFailure("'\(progress.stage)' is none of \(stages.map(\.name))")
    }
    placed.stageIndex = index + 1
    let stage = stages[index]
    if stage.kind == .prefit {
      pace[.prefit] = progress.stageSeconds / Double(max(stage.work, 1))
    } else {
      pace[stage.kind] = progress.secondsPerStep
      placed.fitSecondsLeft = progress.secondsLeft + secondsLeft(after: index)
    }
    return placed
  }

  private func secondsLeft(after index: Int) -> Double {
    // A network that was never timed is taken for as slow as the slowest that was.
    let slowest = pace.filter { $0.key != .prefit }.values.max() ?? 0
    return stages[(index + 1)...].reduce(0) { sum, stage in
      sum + Double(stage.work) * (pace[stage.kind] ?? (stage.kind == .prefit ? 0 : slowest))
    }
  }
}
