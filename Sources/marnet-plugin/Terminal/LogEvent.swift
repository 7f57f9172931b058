// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One line of a log for programs: an object with what happened, when, and facts in the order in
/// which they are added; docs/commands.md lists them.
struct LogEvent {
  /// A value of JSON.
  enum Value {
    case text(String)
    case integer(Int)
    /// What is not finite becomes null.
    case number(Double)
    case object([(name: String, value: Value)])
    case null
  }

  private var facts: [(name: String, value: Value)]

  /// - Parameter kind: such as "epoch".
  init(_ kind: String) {
    let time = Date.now.ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    facts = [("event", .text(kind)), ("time", .text(time))]
  }

  mutating func add(_ name: String, _ text: String?) {
    facts.append((name, text.map { .text($0) } ?? .null))
  }

  mutating func add(_ name: String, _ number: Double?) {
    facts.append((name, number.map { .number($0) } ?? .null))
  }

  mutating func add(_ name: String, count: Int?) {
    facts.append((name, count.map { .integer($0) } ?? .null))
  }

  mutating func add(_ name: String, _ numbers: [(name: String, value: Double)]) {
    facts.append((name, .object(numbers.map { ($0.name, .number($0.value)) })))
  }

  /// Without the line end.
  var line: String { Self.encoded(.object(facts)) }

  private static func encoded(_ value: Value) -> String {
    switch value {
    case .text(let text): return quoted(text)
    case .integer(let number): return "\(number)"
    case .number(let number): return number.isFinite ? "\(number)" : "null"
    case .object(let facts):
      return "{" + facts.map { "\(quoted($0.name)):\(encoded($0.value))" }.joined(separator: ",")
        + "}"
    case .null: return "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n")
    return "\"\(PrintableText.json(escaped))\""
  }
}
