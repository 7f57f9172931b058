// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Times the inner loops at stated sizes, for comparison with other implementations run
/// beside it. See docs/performance.md.
public struct BenchCommand: ParsableCommand {
  /// The group of subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time the inner loops on this machine.",
    discussion: """
      Sizes default to those of the tables in docs/performance.md. Times are those of this \
      machine at this moment: compare ratios of runs made side by side.
      """,
    subcommands: [
      TrainBenchmark.self, SampleBenchmark.self, ScoreBenchmark.self, ModelBenchmark.self,
      PrefitBenchmark.self, ReadBenchmark.self, GemmBenchmark.self,
    ])

  /// For the argument parser.
  public init() {}
}
