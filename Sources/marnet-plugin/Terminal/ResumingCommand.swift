// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// The command that goes on with the work of the present one.
enum ResumingCommand {
  /// The present command with `flags` at its end, where it does not have the first of them.
  ///
  /// - Parameter launcher: words that start it.
  static func text(adding flags: [String], launcher: [String] = []) -> String {
    var arguments = CommandLine.arguments
    if let first = flags.first, !arguments.contains(first) { arguments += flags }
    let name = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? ""
    return (launcher + [name] + arguments.dropFirst().map(shellQuoted)).joined(separator: " ")
  }
}
