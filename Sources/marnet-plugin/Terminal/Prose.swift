// SPDX-License-Identifier: Apache-2.0

/// Sentences on a terminal: broken between words, where a terminal would break within them.
enum Prose {
  /// `text` in lines that the terminal on standard output shows whole; elsewhere as it is.
  static func lines(_ text: String) -> [String] {
    guard let width = Console.outputWidth else { return [text] }
    var lines: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
