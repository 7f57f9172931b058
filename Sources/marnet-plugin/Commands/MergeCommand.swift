// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make one score file of the shards that 'score --shards' wrote.",
    discussion: """
      Proves first that the shards are complete, of one model, one feature file and one set of \
      options, and hold every row once. The file is that of a scoring without shards, byte for \
      byte.

        marnet-plugin merge 'scores.shard-*.h5' --output scores.h5
      """)

  @Argument(
    help: "Shards, in any order; also quoted patterns, such as 'scores.shard-*.h5'.",
    completion: .featureFiles)
  var shards: [String]

  @Option(help: "HDF5 file to write.", completion: .featureFiles)
  var output: String

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  @Flag(
    help: "Look at the shards in a child process first: a crash of the HDF5 library ends it.")
  var untrusted = false

  func run() throws {
    try CommandRun.run {
      if untrusted {
        _ = try ContainedRun.run(CheckScoresCommand.arguments(shards), reading: shards)
      }
      let merge = try ScoreMerge(paths: shards)
      let isWhole = try merge.write(to: output, overwrite: overwrite) {
        ProgressLine.showRows("merging", $0, $1)
      }
      guard isWhole else { throw FitError.cancelled }
      LiveBlock.clear()
      Console.message(
        "Merged \(merge.shardCount) \(merge.shardCount == 1 ? "shard" : "shards") of "
          + "\(Decimals.grouped(merge.rowCount)) rows into \(output).")
    }
  }
}
