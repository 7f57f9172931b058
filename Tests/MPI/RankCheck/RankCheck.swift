// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// What ranks do together, over a real MPI; Tests/MPI/collectives.py starts it under `mpirun`.
@main
struct RankCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check and time what ranks do together; to be started by mpirun.",
    subcommands: [
      OperationsCheck.self, RepeatedSums.self, HungRank.self, FailingRanks.self, LeavingRanks.self,
      LargeMessages.self, SumBenchmark.self,
    ])
}
