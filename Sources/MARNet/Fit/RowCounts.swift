// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// Training rows by what they have, and the extremes of the classes.
public struct RowCounts: Codable, Sendable, Equatable {
  /// A class and its labelled training rows.
  public struct ClassRows: Codable, Sendable, Equatable {
    /// Of the class.
    public var name: String
    /// Labelled training rows.
    public var labelledRows: Int
  }

  /// Rows without a label.
  public var unlabelled: Int
  /// Rows without text.
  public var withoutText: Int
  /// Rows with a label and without text: they teach through their label alone.
  public var labelledWithoutText: Int
  /// Rows without either, which take part in no loss.
  public var unlabelledWithoutText: Int
  /// The class with the fewest labelled rows, the first of equals.
  public var rarestClass: ClassRows
  /// The class with the most labelled rows, the first of equals.
  public var largestClass: ClassRows

  /// Fewer labelled rows than this are named in a warning.
  static let fewRows = 5
  /// Classes that the warning names before it counts the others.
  private static let mostNamed = 5

  init(labels: [Int32], hasText: [Bool], balance: ClassBalance) {
    unlabelled = balance.unlabelled
    withoutText = hasText.count { !$0 }
    unlabelledWithoutText = zip(labels, hasText).count { $0 < 0 && !$1 }
    labelledWithoutText = withoutText - unlabelledWithoutText
    rarestClass = ClassRows(name: balance.rarest, labelledRows: balance.rarestCount)
    largestClass = ClassRows(name: balance.largest, labelledRows: balance.largestCount)
  }

  /// Names the classes that have few labelled rows, the rarest first; nil where none has.
  static func warning(_ balance: ClassBalance, classNames: [String]) -> String? {
    let few = balance.counts.indices.filter { balance.counts[$0] < fewRows }
    guard !few.isEmpty else { return nil }
    let order = few.sorted { (balance.counts[$0], $0) < (balance.counts[$1], $1) }
    let named = order.prefix(mostNamed).map { "'\(classNames[$0])' (\(balance.counts[$0]))" }
      .joined(separator: ", ")
    let others = few.count - mostNamed
    return "Fewer than \(fewRows) labelled rows: \(few.count == 1 ? "class" : "classes") \(named)"
      + (others > 0 ? " and \(others) \(others == 1 ? "other" : "others")" : "")
      + ". What is learned and measured of so few says little."
  }
}
