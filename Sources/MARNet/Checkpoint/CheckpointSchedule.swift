// SPDX-License-Identifier: Apache-2.0

/// When a fit writes checkpoints. No result depends on it.
public enum CheckpointSchedule: Sendable, Equatable {
  /// At the end of an epoch, at most every ten seconds and at most a fiftieth of the time: epochs
  /// of small fits take milliseconds, and a checkpoint must reach the disk.
  case automatic
  /// At the end of every so many epochs.
  case epochs(Int)
  /// After the step that ends so many seconds.
  case seconds(Double)
  /// Not at all.
  case never

  private static let automaticSeconds = 10.0
  private static let automaticShare = 1.0 / 50
  private static let units: [(suffix: String, seconds: Double)] = [
    ("s", 1), ("m", 60), ("h", 3_600),
  ]

  /// Reads a number of epochs such as "5", a duration such as "90s", "10m" or "1.5h", or "never".
  /// Nil for anything else.
  public init?(_ text: String) {
    if text == "never" {
      self = .never
    } else if let count = Int(text) {
      guard count > 0 else { return nil }
      self = .epochs(count)
    } else {
      guard let unit = Self.units.first(where: { text.hasSuffix($0.suffix) }),
        let number = Double(text.dropLast(unit.suffix.count)), number > 0, number < 1e9
      else { return nil }
      self = .seconds(number * unit.seconds)
    }
  }

  /// - Parameters:
  ///   - epochs: that have ended, where the last step ended one.
  ///   - elapsed: seconds since the last checkpoint, or since the stage began.
  ///   - cost: seconds that the last checkpoint took.
  package func isDue(epochs: Int?, elapsed: Double, cost: Double) -> Bool {
    switch self {
    case .automatic:
      epochs != nil && elapsed >= max(Self.automaticSeconds, cost / Self.automaticShare)
    case .epochs(let count): epochs.map { $0 % count == 0 } ?? false
    case .seconds(let seconds): elapsed >= seconds
    case .never: false
    }
  }
}
