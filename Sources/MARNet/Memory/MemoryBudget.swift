// SPDX-License-Identifier: Apache-2.0

/// How much memory the work may take. No result depends on it.
public struct MemoryBudget: Sendable, Equatable {
  /// Of what is available, `automatic` takes this share: the rest is for the file cache, through
  /// which features are read, and for others.
  package static let automaticShare = 0.75

  /// Bytes.
  public let byteCount: Int

  /// A budget of that many bytes.
  public init(byteCount: Int) { self.byteCount = byteCount }

  /// Reads "2G", "1.5G", "800M", "64K" or plain bytes; K, M, G and T are powers of 1,024, and
  /// may be followed by "B" or "iB". Nil for anything else.
  public init?(_ text: String) {
    let lower = text.lowercased()
    let digits = lower.prefix { $0.isNumber || $0 == "." }
    guard let number = Double(digits), number > 0 else { return nil }
    let unit = lower.dropFirst(digits.count)
    var powers = ["": 0, "b": 0]
    for (power, letter) in zip(1..., ["k", "m", "g", "t"]) {
      for suffix in ["", "b", "ib"] { powers[letter + suffix] = power }
    }
    guard let power = powers[String(unit)] else { return nil }
    let bytes = (0..<power).reduce(number) { value, _ in value * 1_024 }
    guard bytes < 1e18 else { return nil }
    byteCount = Int(bytes)
  }

  /// Three quarters of the memory that this process may still take: what the system has
  /// available, or what is left of the limit of its control group.
  public static var automatic: MemoryBudget {
    MemoryBudget(byteCount: Int(automaticShare * Double(AvailableMemory.byteCount)))
  }

  /// For people, such as "1.5 GiB".
  public var description: String { Self.text(byteCount) }

  static func text(_ bytes: Int) -> String {
    let value = Double(bytes)
    if value >= 1_073_741_824 {
      return Decimals.text(value / 1_073_741_824, digits: 1) + " GiB"
    }
    return Decimals.text(max(value / 1_048_576, 1), digits: 0) + " MiB"
  }
}
