// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// The command that goes on with the work of the present one.
enum ResumingCommand {
  /// The present command with `flags` at its end, where it does not have the first of them.
  static func text(adding flags: [String]) -> String {
    var arguments = CommandLine.arguments
    if let first = flags.first, !arguments.contains(first) { arguments += flags }
    let name = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? ""
    return ([name] + arguments.dropFirst().map(shellQuoted)).joined(separator: " ")
  }
}
