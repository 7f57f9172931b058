// SPDX-License-Identifier: Apache-2.0

import MARNet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A linear scale from values to places in a drawing, with round ticks.
package struct Axis: Sendable, Equatable {
  package let values: ClosedRange<Double>
  package let start: Double
  package let end: Double
  package let ticks: [Double]
  private let digits: Int

  /// - Parameters:
  ///   - values: what must be shown.
  ///   - start, end: places of the lowest and the highest value.
  ///   - widens: whether the ends become round values.
  package init(
    _ values: ClosedRange<Double>, from start: Double, to end: Double, ticks count: Int = 5,
    widens: Bool = true
  ) {
    var (low, high) = (values.lowerBound, values.upperBound)
    if !(high - low > 1e-12 * max(abs(high), 1e-9)) {
      let room = max(abs(high) * 0.1, 1e-3)
      (low, high) = (low - room, high + room)
    }
    let step = Self.step((high - low) / Double(max(count, 1)))
    if widens {
      (low, high) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
    }
    self.values = low...high
    self.start = start
    self.end = end
    digits = max(0, -Int(log10(step).rounded(.down)))
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    ticks = last < first ? [] : (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  package func place(_ value: Double) -> Double {
    start + (value - values.lowerBound) / (values.upperBound - values.lowerBound) * (end - start)
  }

  package func label(_ tick: Double) -> String {
    // No minus before a zero.
    Decimals.text(abs(tick) < 1e-12 ? 0 : tick, digits: digits)
      .replacing("-", with: "\u{2212}")
  }

  /// 1, 2 or 5 times a power of ten, `rough` or the next above.
  package static func step(_ rough: Double) -> Double {
    guard rough > 0, rough.isFinite else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    let ratio = rough / power
    return power * (ratio <= 1.0001 ? 1 : ratio <= 2.0001 ? 2 : ratio <= 5.0001 ? 5 : 10)
  }
}
