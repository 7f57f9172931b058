// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetReport
import MARNetStudy
import Synchronization

/// Progress on standard error of everything but a fit: one line that is rewritten on a terminal,
/// or events for programs; elsewhere, of a study, one plain line a stage.
enum ProgressLine {
  /// Shows how far a study has come and answers whether to go on.
  static func show(_ update: StudyUpdate) -> Bool {
    let percent = Int(100 * update.fraction)
    let left = update.secondsLeft.map { "  \(DurationText.left($0)) left" } ?? ""
    if Console.logFormat == .jsonl {
      log { event in
        event.add("stage", update.stage)
        event.add("fraction", update.fraction)
        event.add("seconds_left", update.secondsLeft)
      }
    } else if Console.rewritesError {
      LiveBlock.show(["\(percent) %\(left)  \(update.stage)"])
    } else if announce.insert(update.stage) {
      Console.message("\(update.stage)\(left)")
    }
    return !Interruption.isRequested
  }

  /// Shows how many rows are done, of how many where that is known, and answers whether to go on.
  static func showRows(_ verb: String, _ done: Int, _ count: Int?) -> Bool {
    show(verb, done, of: count, "rows", separator: " ")
  }

  /// Shows how far a report has come and answers whether to go on.
  static func show(_ progress: ReportProgress) -> Bool {
    show(progress.stage, progress.done, of: progress.count, progress.unit, separator: ": ")
  }

  private static func show(
    _ stage: String, _ done: Int, of count: Int?, _ unit: String, separator: String
  ) -> Bool {
    if Console.logFormat == .jsonl {
      log { event in
        event.add("stage", stage)
        event.add("done", count: done)
        event.add("count", count: count)
        event.add("unit", unit)
      }
    } else if Console.rewritesError {
      let all = count.map { " of \(Decimals.grouped($0))" } ?? ""
      LiveBlock.show(["\(stage)\(separator)\(Decimals.grouped(done))\(all) \(unit)"])
    }
    return !Interruption.isRequested
  }

  private static let announce = OnceEach()
  private static let lastEvent = Mutex<ContinuousClock.Instant?>(nil)
  private static let secondsBetweenEvents = 1.0

  private static func log(_ describe: (inout LogEvent) -> Void) {
    let isDue = lastEvent.withLock { last in
      let now = ContinuousClock.now
      if let last, (now - last).inSeconds < secondsBetweenEvents { return false }
      last = now
      return true
    }
    guard isDue else { return }
    var event = LogEvent("progress")
    describe(&event)
    Console.log(event)
  }
}
