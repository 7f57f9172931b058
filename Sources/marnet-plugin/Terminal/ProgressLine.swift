// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetReport
import MARNetStudy
import Synchronization

/// Progress on standard error: one line that is rewritten on a terminal, one plain line an
/// epoch elsewhere.
enum ProgressLine {
  /// Shows a fit's progress and answers whether to go on.
  static func show(_ progress: FitProgress) -> FitControl {
    if Console.errorIsTerminal {
      rewrite(line(progress))
    } else if progress.isEpochEnd {
      Console.message(line(progress))
    } else if progress.epoch == 0, progress.step == 0, announce.insert(progress.stage) {
      Console.message(progress.stage)
    }
    return Interruption.isRequested ? .cancel : .proceed
  }

  /// Shows nothing of a fit whose first rank is another process, and answers whether to go on.
  static func ofAnotherRank(_ progress: FitProgress) -> FitControl {
    Interruption.isRequested ? .cancel : .proceed
  }

  /// Shows how far a study has come and answers whether to go on.
  static func show(_ update: StudyUpdate) -> Bool {
    let percent = Int(100 * update.fraction)
    let left = update.secondsLeft.map { "  \(duration($0)) left" } ?? ""
    if Console.errorIsTerminal {
      rewrite("\(percent) %\(left)  \(update.stage)")
    } else if announce.insert(update.stage) {
      Console.message("\(update.stage)\(left)")
    }
    return !Interruption.isRequested
  }

  /// Shows how many rows are done, of how many where that is known, and answers whether to go on.
  static func showRows(_ verb: String, _ done: Int, _ count: Int?) -> Bool {
    if Console.errorIsTerminal {
      let all = count.map { " of \(Decimals.grouped($0))" } ?? ""
      rewrite("\(verb) \(Decimals.grouped(done))\(all) rows")
    }
    return !Interruption.isRequested
  }

  /// Shows how far a report has come and answers whether to go on.
  static func show(_ progress: ReportProgress) -> Bool {
    if Console.errorIsTerminal {
      rewrite(
        "\(progress.stage): \(Decimals.grouped(progress.done)) of "
          + "\(Decimals.grouped(progress.count)) \(progress.unit)")
    }
    return !Interruption.isRequested
  }

  /// Removes the line, so that what follows starts at the left.
  static func clear() {
    guard Console.errorIsTerminal else { return }
    shown.withLock { $0 = "" }
    Console.write("\r\u{1B}[K", to: 2)
  }

  private static let announce = OnceEach()

  private static let shown = Mutex("")

  private static func rewrite(_ text: String) {
    // The linear prefit reports every iteration: only a change is worth writing.
    let isNew = shown.withLock { last in
      defer { last = text }
      return last != text
    }
    guard isNew else { return }
    let width = max(20, Console.errorWidth - 1)
    Console.write("\r\u{1B}[K" + PrintableText.line(text).prefix(width), to: 2)
  }

  private static func line(_ progress: FitProgress) -> String {
    guard progress.epoch > 0 else { return progress.stage }
    // What matters most comes first: a narrow terminal cuts the end.
    var parts = [
      "\(progress.stage): epoch \(progress.epoch)/\(progress.epochCount)",
      "\(duration(progress.secondsLeft)) left",
    ]
    if let top1 = progress.validationTop1 {
      parts.append("val \(Decimals.text(100 * top1, digits: 1)) %")
    }
    parts += progress.losses.map { "\($0.name) \(Decimals.text($0.value, digits: 3))" }
    parts.append("\(Decimals.grouped(Int(progress.rowsPerSecond))) rows/s")
    return parts.joined(separator: "  ")
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
