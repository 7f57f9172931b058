// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetExport

/// Shows a fit on standard error: a block that is rewritten on a terminal, where every finished
/// stage leaves a line; one plain line an epoch elsewhere; or events for programs.
final class FitWatch {
  /// Faster than this nobody reads.
  private static let secondsBetweenViews = 0.1

  private let start = ContinuousClock.now
  private let board: TensorBoardLog?
  private var hasToldOfBoard = false
  private var timeline = FitTimeline()
  private var events = FitEvents()
  private var stageCount = 0

  /// - Parameter board: is told of every epoch.
  init(_ board: TensorBoardLog? = nil) { self.board = board }

  /// Shows how far the fit has come and answers whether to go on.
  func show(_ progress: FitProgress) -> FitControl {
    board?.record(progress)
    stageCount = progress.stageCount
    let change = timeline.note(progress)
    if Console.logFormat == .jsonl {
      change.before.map { events.ended($0, of: stageCount) }
      if change.hasBegun { events.began(progress) }
      events.advanced(progress)
      change.ended.map { events.ended($0, of: stageCount) }
    } else if Console.rewritesError {
      view(progress, change)
    } else if progress.isEpochEnd {
      Console.message(Self.line(progress))
    } else if progress.epoch == 0, change.hasBegun {
      Console.message(progress.stage)
    }
    tellOfBoard()
    return Interruption.isRequested ? .cancel : .proceed
  }

  /// Ends the display of a fit that has come to its end, and says what took how long.
  func finish() {
    let last = timeline.end()
    if Console.logFormat == .jsonl {
      last.map { events.ended($0, of: stageCount) }
      return
    }
    LiveBlock.clear()
    if Console.rewritesError, let last { Console.message(last.summary) }
    let whole = (ContinuousClock.now - start).inSeconds
    let parts = timeline.seconds
    let rest = whole - parts.reduce(0) { $0 + $1.seconds }
    let named = (parts + [("the rest", max(0, rest))])
      .map { "\($0.purpose) \(DurationText.spent($0.seconds))" }
    Console.message("Took \(DurationText.spent(whole)): \(named.joined(separator: ", ")).")
  }

  private func view(_ progress: FitProgress, _ change: FitTimeline.Change) {
    let block = FitBlock(width: Console.errorSize.columns - 1, usesUTF8: Console.usesUTF8)
    change.before.map { Console.message($0.summary) }
    if let stage = change.ended {
      Console.message(stage.summary)
      LiveBlock.show(block.pause(after: stage, of: stageCount))
    } else if let stage = timeline.current {
      LiveBlock.show(
        block.lines(progress, stage),
        atMostEvery: change.hasBegun ? 0 : Self.secondsBetweenViews)
    }
  }

  /// Says once that the log for TensorBoard has stopped.
  private func tellOfBoard() {
    guard let failure = board?.failure, !hasToldOfBoard else { return }
    hasToldOfBoard = true
    Console.note("the log for TensorBoard ends here, the fit goes on: \(failure.description)")
  }

  private static func line(_ progress: FitProgress) -> String {
    var parts = [
      "\(progress.stage): epoch \(progress.epoch)/\(progress.epochCount)",
      "\(DurationText.left(progress.secondsLeft)) left",
    ]
    if let top1 = progress.validationTop1 {
      parts.append("val \(Decimals.text(100 * top1, digits: 1)) %")
    }
    parts += progress.losses.map { "\($0.name) \(Decimals.text($0.value, digits: 3))" }
    parts.append("\(Decimals.grouped(Int(progress.rowsPerSecond))) rows/s")
    return parts.joined(separator: "  ")
  }
}
