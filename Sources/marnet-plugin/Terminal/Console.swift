// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Synchronization

/// Results to standard output, everything else to standard error.
enum Console {
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Whether lines on standard error can be written over: a terminal that can do more than print.
  static let rewritesError = errorIsTerminal && environment("TERM") != "dumb"

  /// Whether to colour: such a terminal, and NO_COLOR not set (no-color.org).
  static let usesColor = rewritesError && environment("NO_COLOR").isEmpty

  /// Whether the locale says that a terminal takes UTF-8.
  static let usesUTF8 =
    ["LC_ALL", "LC_CTYPE", "LANG"].map(environment)
    .first { !$0.isEmpty }.map { name in
      let plain = name.lowercased()
      return plain.contains("utf-8") || plain.contains("utf8")
    } ?? false

  private static let format = Mutex(LogFormat.text)

  /// The form of everything but results.
  static var logFormat: LogFormat {
    get { format.withLock { $0 } }
    set { format.withLock { $0 = newValue } }
  }

  /// The terminal on standard error.
  static var errorSize: (rows: Int, columns: Int) { size(of: STDERR_FILENO) ?? (24, 80) }

  /// Columns of the terminal on standard output; nil where that is none.
  static var outputWidth: Int? {
    isatty(STDOUT_FILENO) == 1 ? size(of: STDOUT_FILENO)?.columns : nil
  }

  private static func size(of descriptor: Int32) -> (rows: Int, columns: Int)? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (size.ws_row > 0 ? Int(size.ws_row) : 24, Int(size.ws_col))
  }

  private static func environment(_ name: String) -> String {
    ProcessInfo.processInfo.environment[name] ?? ""
  }

  /// A line of a result.
  static func result(_ text: String) {
    write(PrintableText.lines(text) + "\n", to: STDOUT_FILENO)
  }

  /// A line about what happens.
  static func message(_ text: String) { message(text, kind: "note", mark: "") }

  /// What is to be known of what was done.
  static func note(_ text: String) { message(text, kind: "note", mark: "Note: ") }

  /// What the user should know of the data; people read it among the results.
  static func warning(_ text: String) {
    if logFormat == .jsonl { message(text, kind: "warning", mark: "") }
  }

  private static func message(_ text: String, kind: String, mark: String) {
    guard logFormat == .jsonl else {
      return LiveBlock.write(above: PrintableText.lines(mark + text) + "\n")
    }
    var event = LogEvent(kind)
    event.add("message", text)
    log(event)
  }

  /// Why the command fails.
  ///
  /// - Parameter command: goes on with its work.
  static func error(_ failure: Failure, goingOnWith command: String? = nil) {
    guard logFormat == .jsonl else {
      let mark = usesColor ? "\u{1B}[31merror:\u{1B}[0m " : "error: "
      let rest = command.map { " Go on with:\n  \($0)" } ?? ""
      LiveBlock.clear()
      return write(mark + PrintableText.lines(failure.message + rest) + "\n", to: STDERR_FILENO)
    }
    var event = LogEvent("error")
    event.add("code", failure.code.rawValue)
    event.add("exit_code", count: Int(failure.exitStatus))
    event.add("message", failure.message)
    event.add("resume_command", command)
    log(event)
  }

  /// A line for programs.
  static func log(_ event: LogEvent) { write(event.line + "\n", to: STDERR_FILENO) }

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
