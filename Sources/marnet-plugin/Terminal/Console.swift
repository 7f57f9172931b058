// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// Results to standard output, everything else to standard error.
enum Console {
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Whether to dim and to colour: a terminal, and NO_COLOR not set (no-color.org).
  static let usesColor =
    errorIsTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

  /// Columns of the terminal on standard error.
  static var errorWidth: Int { width(of: STDERR_FILENO) ?? 80 }

  /// Columns of the terminal on standard output; nil where that is none.
  static var outputWidth: Int? { isatty(STDOUT_FILENO) == 1 ? width(of: STDOUT_FILENO) : nil }

  private static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// A line of a result.
  static func result(_ text: String) {
    write(PrintableText.lines(text) + "\n", to: STDOUT_FILENO)
  }

  /// A line about what happens.
  static func message(_ text: String) {
    write(PrintableText.lines(text) + "\n", to: STDERR_FILENO)
  }

  /// Why the command fails.
  static func error(_ text: String) {
    write(usesColor ? "\u{1B}[31merror:\u{1B}[0m " : "error: ", to: STDERR_FILENO)
    message(text)
  }

  /// Writes `text` as it is.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = ArraySlice(text.utf8)
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }

  /// Encodes `value` as one JSON document with snake-case, sorted keys.
  static func resultJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    result(PrintableText.json(text))
  }
}
