// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Synchronization

/// Lines at the end of a terminal that are written over and over: what is there is overwritten in
/// one call and never wiped first, so that nothing flickers. The cursor waits below them.
enum LiveBlock {
  private struct State {
    var lines: [String] = []
    var lastChange: ContinuousClock.Instant?
  }

  private static let state = Mutex(State())

  /// Shows `lines` in place of those before, each cut to the terminal's width.
  ///
  /// - Parameter seconds: what comes sooner after the last change is not shown.
  static func show(_ lines: [String], atMostEvery seconds: Double = 0) {
    guard Console.rewritesError, isInForeground else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.lastChange, (now - last).inSeconds < seconds { return }
      let size = Console.errorSize
      let fitting = lines.prefix(max(1, size.rows - 1))
        .map { String(PrintableText.line($0).prefix(max(1, size.columns - 1))) }
      if Interruption.takeContinuation() { state.lines = [] }
      guard fitting != state.lines else { return }
      let start = toTop(of: state.lines, columns: size.columns)
      Console.write(start + fitting.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J", to: 2)
      state.lines = fitting
      state.lastChange = now
    }
  }

  /// Removes the lines.
  static func clear() {
    state.withLock { state in
      if Interruption.takeContinuation() { state.lines = [] }
      guard !state.lines.isEmpty else { return }
      Console.write(
        toTop(of: state.lines, columns: Console.errorSize.columns) + "\u{1B}[J", to: 2)
      state.lines = []
    }
  }

  /// Writes `text`, whole lines, above the block.
  static func write(above text: String) {
    state.withLock { state in
      if Interruption.takeContinuation() { state.lines = [] }
      let start =
        state.lines.isEmpty
        ? "" : toTop(of: state.lines, columns: Console.errorSize.columns) + "\u{1B}[J"
      Console.write(start + text + state.lines.map { $0 + "\n" }.joined(), to: 2)
    }
  }

  /// From below `lines` to where they begin. A terminal that became narrower shows some of them
  /// on several rows.
  private static func toTop(of lines: [String], columns: Int) -> String {
    let rows = lines.reduce(0) { $0 + max(1, ($1.count + columns - 1) / columns) }
    return rows == 0 ? "" : "\r\u{1B}[\(rows)A"
  }

  /// A job in the background leaves the terminal to the others.
  private static var isInForeground: Bool {
    let owner = tcgetpgrp(STDERR_FILENO)
    return owner < 0 || owner == getpgrp()
  }
}
