// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A run of the built `marnet-plugin`, not yet begun.
struct Command {
  var arguments: [String]
  /// The current folder of the run.
  var folder: String
  /// Variables set besides those of this process.
  var environment: [String: String] = [:]
  /// Whether standard error is a terminal; otherwise it is a pipe.
  var messagesAreOnTerminal = false
  /// Of that terminal.
  var columns: Int32 = 80
  /// Shell text that runs "$0" "$@", the executable with its arguments; nil runs them alone.
  var shell: String?
  /// Bytes that no file of the run may exceed: writing more fails, as on a full disk.
  var largestFile: Int?
  /// Seconds after which the run is killed and the test fails.
  var timeout = 60.0

  /// How many times as long runs may take: MARNET_TEST_PATIENCE, for builds with a sanitizer.
  static let patience =
    ProcessInfo.processInfo.environment["MARNET_TEST_PATIENCE"].flatMap(Double.init) ?? 1

  /// Variables of this process that change what is printed.
  private static let hidden: Set = ["NO_COLOR", "COLUMNS", "TERM", "LC_ALL", "LC_CTYPE", "LANG"]

  /// The executable, which the build leaves beside the tests' own.
  static let executable: String = {
    let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent()
      .appendingPathComponent("marnet-plugin").path
  }()

  /// Runs to the end.
  func run() throws -> CommandResult { try RunningCommand(self).finish() }

  /// The program that is started, and its arguments with its own name.
  var words: [String] {
    let own = [Self.executable] + arguments
    let limited = largestFile.map {
      "ulimit -f \($0 / 512); trap '' XFSZ; exec \"$0\" \"$@\""
    }
    guard let shell = shell ?? limited else { return own }
    return ["/bin/sh", "-c", shell] + own
  }

  /// The variables of the run, as "name=value".
  var variables: [String] {
    ProcessInfo.processInfo.environment
      .filter { !Self.hidden.contains($0.key) }
      .merging(environment) { _, new in new }
      .map { "\($0.key)=\($0.value)" }
  }
}
