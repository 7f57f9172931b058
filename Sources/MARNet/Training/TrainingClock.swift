// SPDX-License-Identifier: Apache-2.0

/// Time for progress reports only; nothing a model holds depends on it.
struct TrainingClock {
  private let start = ContinuousClock.now
  private var lastReport = ContinuousClock.now
  private let interval: Duration

  init(reportEvery seconds: Double) { interval = .seconds(seconds) }

  /// Seconds since the start.
  var elapsed: Double { (ContinuousClock.now - start).inSeconds }

  /// Whether the next report is due; if so, the one after it counts from now.
  mutating func isDue() -> Bool {
    let now = ContinuousClock.now
    guard now - lastReport >= interval else { return false }
    lastReport = now
    return true
  }
}

extension Duration {
  /// For people and ratios; nothing that is computed depends on it.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
