// SPDX-License-Identifier: Apache-2.0

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

  init(labels: [Int32], hasText: [Bool], classNames: [String]) {
    unlabelled = labels.count { $0 < 0 }
    withoutText = hasText.count { !$0 }
    unlabelledWithoutText = zip(labels, hasText).count { $0 < 0 && !$1 }
    labelledWithoutText = withoutText - unlabelledWithoutText
    let classes = Self.classes(labels: labels, classNames: classNames)
    let none = ClassRows(name: "", labelledRows: 0)
    rarestClass = classes.min { $0.labelledRows < $1.labelledRows } ?? none
    // `max` would take the last of equals.
    largestClass = classes.min { $0.labelledRows > $1.labelledRows } ?? none
  }

  /// Names the classes that have few labelled rows, the rarest first; nil where none has.
  static func warning(labels: [Int32], classNames: [String]) -> String? {
    let few = classes(labels: labels, classNames: classNames)
      .filter { $0.labelledRows < fewRows }
    guard !few.isEmpty else { return nil }
    let order = few.enumerated().sorted {
      ($0.element.labelledRows, $0.offset) < ($1.element.labelledRows, $1.offset)
    }
    let named = order.prefix(mostNamed).map { "'\($0.element.name)' (\($0.element.labelledRows))" }
      .joined(separator: ", ")
    let others = few.count - mostNamed
    return "Fewer than \(fewRows) labelled rows: \(few.count == 1 ? "class" : "classes") \(named)"
      + (others > 0 ? " and \(others) \(others == 1 ? "other" : "others")" : "")
      + ". What is learned and measured of so few says little."
  }

  private static func classes(labels: [Int32], classNames: [String]) -> [ClassRows] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels where label >= 0 { counts[Int(label)] += 1 }
    return zip(classNames, counts).map { ClassRows(name: $0, labelledRows: $1) }
  }
}
