// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

/// What the child process of `--untrusted` runs: opens files and reads samples of them.
///
/// It says nothing of what is wrong with them: the parent process finds it again.
struct CheckFileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-file", abstract: "Read samples of feature files and say nothing.",
    shouldDisplay: false)

  @Argument var features: [String]

  @Option(help: "The layout as JSON.")
  var layout: String

  /// The arguments with which this command reads `paths`.
  static func arguments(_ paths: [String], as layout: LayoutOptions) throws -> [String] {
    let json = String(decoding: try JSONEncoder().encode(layout), as: UTF8.self)
    return [configuration.commandName ?? "", "--layout", json, "--"] + paths
  }

  func run() throws {
    let layout = try JSONDecoder().decode(LayoutOptions.self, from: Data(layout.utf8))
    ContainedRun.enterChild(reading: features + (layout.textJoin?.paths ?? []))
    try? FeatureFile(paths: features, layout: layout, threads: 1).readSamples()
  }
}
