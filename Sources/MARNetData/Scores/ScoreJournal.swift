// SPDX-License-Identifier: Apache-2.0

/// The note beside an unfinished score file: whose scores they are, and how many are on disk.
///
/// Lines of UTF-8 text: a title with the version, `rows`, `bytes`, one `fact` a line, `end`.
struct ScoreJournal: Equatable {
  private static let title = "marnet-plugin scores in progress, version 1"

  let facts: ScoreFacts
  /// Rows on disk.
  let rowCount: Int
  /// Bytes of the file on disk, where rows follow one another in it.
  let byteCount: Int?

  init(facts: ScoreFacts, rowCount: Int, byteCount: Int?) {
    self.facts = facts
    self.rowCount = rowCount
    self.byteCount = byteCount
  }

  /// What `encoded` gave; nil for anything else.
  init?(_ bytes: [UInt8]) {
    var lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == Substring(Self.title), lines.popLast() == "", lines.popLast() == "end"
    else { return nil }
    var rowCount: Int?
    var byteCount: Int?
    var facts: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      switch (parts.first, parts.count) {
      case ("rows", 2): rowCount = Int(parts[1])
      case ("bytes", 2): byteCount = Int(parts[1])
      case ("fact", 3): facts[Self.plain(parts[1])] = Self.plain(parts[2])
      default: return nil
      }
    }
    guard let rowCount, rowCount > 0, byteCount ?? 0 >= 0 else { return nil }
    self.init(facts: ScoreFacts(facts), rowCount: rowCount, byteCount: byteCount)
  }

  var encoded: [UInt8] {
    var lines = [Self.title, "rows\t\(rowCount)"]
    if let byteCount { lines.append("bytes\t\(byteCount)") }
    for (name, value) in facts.values.sorted(by: { $0.key < $1.key }) {
      lines.append("fact\t\(Self.oneLine(name))\t\(Self.oneLine(value))")
    }
    return Array((lines + ["end", ""]).joined(separator: "\n").utf8)
  }

  private static func oneLine(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\t", with: "%09").replacing("\n", with: "%0A")
      .replacing("\r\n", with: "%0D%0A")
  }

  private static func plain(_ text: Substring) -> String {
    String(text).replacing("%0D", with: "\r").replacing("%0A", with: "\n")
      .replacing("%09", with: "\t").replacing("%25", with: "%")
  }
}
