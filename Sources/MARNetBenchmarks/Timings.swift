// SPDX-License-Identifier: Apache-2.0

/// Seconds of repeated runs.
struct Timings {
  private var seconds: [Double] = []

  /// Times `body` once.
  mutating func measure<Result>(_ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    let result = try body()
    let elapsed = (ContinuousClock.now - start).components
    seconds.append(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    return result
  }

  /// The value below which `part` of the runs lie.
  func quantile(_ part: Double) -> Double {
    let sorted = seconds.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
  }

  var median: Double { quantile(0.5) }
}
