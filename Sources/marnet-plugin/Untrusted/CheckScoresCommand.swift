// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

/// What the child process of `merge --untrusted` runs: reads of shards what the HDF5 library reads.
///
/// It says nothing of what is wrong with them: the parent process finds it again.
struct CheckScoresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-scores", abstract: "Read score files and say nothing.",
    shouldDisplay: false)

  @Argument var shards: [String]

  /// The arguments with which this command reads `shards`.
  static func arguments(_ shards: [String]) -> [String] {
    [configuration.commandName ?? "", "--"] + shards
  }

  func run() throws {
    ContainedRun.enterChild(reading: shards)
    try? ScoreMerge(paths: shards).readIdentifiers()
  }
}
