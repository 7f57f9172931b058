// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How messages and progress are written.
struct LogOptions: ParsableArguments {
  @Option(
    help: "Messages and progress on standard error: text, or jsonl (one JSON object a line).")
  var logFormat = LogFormat.text
}
