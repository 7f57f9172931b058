// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the commands that study a feature file have in common.
enum StudyArguments {
  /// The parts of a list separated by commas.
  static func names(_ list: String) -> [String] {
    list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The file's name with another ending, where the command runs.
  static func output(for features: String, kind: String) -> String {
    URL(fileURLWithPath: features).deletingPathExtension().lastPathComponent + ".\(kind)"
  }
}
