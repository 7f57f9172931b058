// SPDX-License-Identifier: Apache-2.0

/// Conditions under which methods are compared: what is taken away from the training rows,
/// and what noise the test rows get. The default takes nothing away.
public struct Regime: Codable, Sendable, Equatable {
  /// Fraction of each class's labelled training rows that keep their label, at least two rows
  /// a class; the others stay as unlabelled pairs.
  public var labelFraction = 1.0
  /// Fraction of the training rows that keep their text.
  public var textFraction = 1.0
  /// How many times more of its rows the most favoured class keeps than the least favoured
  /// one; in between, the share falls exponentially over the classes in a seeded order. At
  /// least two labelled rows a class stay; rows without a label stay.
  public var imbalance = 1.0
  /// Standard deviations of Gaussian noise on standardised visual test features; every
  /// contender is scored at each, and without noise.
  public var testNoise: [Double] = []

  /// Everything as it is in the file.
  public init() {}

  /// All noise levels scored, no noise first.
  var noiseLevels: [Double] { [0] + testNoise.filter { $0 > 0 } }

  /// - Throws: `StudyError.invalidOption` for a value out of range.
  func validate() throws(StudyError) {
    try StudyError.check("--label-fraction", labelFraction, above: 0, to: 1)
    try StudyError.check("--text-fraction", textFraction, above: 0, to: 1)
    try StudyError.check("--imbalance", imbalance, from: 1, to: 1_000_000)
    for level in testNoise { try StudyError.check("--test-noise", level, from: 0, to: 1_000) }
  }

  /// In words, for tables; nil where nothing differs from the file.
  public var summary: String? {
    var parts: [String] = []
    if labelFraction < 1 { parts.append("\(Self.percent(labelFraction)) of the labels") }
    if textFraction < 1 { parts.append("text for \(Self.percent(textFraction)) of the rows") }
    if imbalance > 1 { parts.append("classes out of balance up to \(imbalance) to 1") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static func percent(_ fraction: Double) -> String {
    let value = (fraction * 1_000).rounded() / 10
    return (value == value.rounded() ? "\(Int(value))" : "\(value)") + " %"
  }
}
