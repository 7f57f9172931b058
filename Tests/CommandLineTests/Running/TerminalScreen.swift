// SPDX-License-Identifier: Apache-2.0

/// What a terminal shows of what it was sent: the few commands that this tool uses, and lines
/// that wrap. Nothing scrolls: what was above stays.
struct TerminalScreen {
  let columns: Int
  private var rows: [[Character]] = [[]]
  private var row = 0
  private var column = 0
  /// How often the cursor went up: a block was written over.
  private(set) var rewrites = 0
  /// Commands that it does not know.
  private(set) var unknown: [String] = []
  /// Lines that were wider than the terminal.
  private(set) var wraps = 0

  init(columns: Int) { self.columns = columns }

  /// The lines without spaces at their ends, down to the last that is not empty.
  var lines: [String] {
    var result = rows.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    while result.last?.isEmpty == true { result.removeLast() }
    return result
  }

  mutating func take(_ text: String) {
    var rest = Substring(text)
    while let next = rest.unicodeScalars.first {
      if let command = rest.prefixMatch(of: #/\x1B\[([0-9]*)([A-Za-z])/#) {
        obey(command.2, Int(command.1) ?? 1)
        rest = rest[command.range.upperBound...]
        continue
      }
      rest = Substring(rest.unicodeScalars.dropFirst())
      put(Character(next))
    }
  }

  private mutating func put(_ character: Character) {
    switch character {
    case "\r": column = 0
    case "\n": down()
    default:
      if column >= columns {
        wraps += 1
        column = 0
        down()
      }
      while rows[row].count < column { rows[row].append(" ") }
      if column < rows[row].count {
        rows[row][column] = character
      } else {
        rows[row].append(character)
      }
      column += 1
    }
  }

  private mutating func down() {
    row += 1
    if row == rows.count { rows.append([]) }
  }

  private mutating func obey(_ command: Substring, _ count: Int) {
    switch command {
    case "A":
      row = max(0, row - count)
      rewrites += 1
    case "K": rows[row] = Array(rows[row].prefix(column))
    case "J":
      rows[row] = Array(rows[row].prefix(column))
      rows.removeSubrange((row + 1)...)
    case "m": break
    default: unknown.append(String(command))
    }
  }
}
