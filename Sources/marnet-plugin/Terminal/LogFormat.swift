// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How messages and progress are written to standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  /// For people.
  case text
  /// For programs: one JSON object a line.
  case jsonl

  /// What `arguments` ask for, of a command line that could not be parsed.
  static func asked(in arguments: [String]) -> LogFormat {
    let own = arguments.prefix { $0 != "--" }
    let asks =
      own.contains("--log-format=jsonl")
      || zip(own, own.dropFirst()).contains { $0 == ("--log-format", "jsonl") }
    return asks ? .jsonl : .text
  }
}
