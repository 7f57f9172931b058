// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNetDense
import MARNetMPI

/// Ranks that end the job.
struct FailingRanks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fail", abstract: "End the job from one rank, or from all at once.")

  @OptionGroup var options: JoinOptions

  @Option(help: "The rank that fails; all of them where none is named.")
  var rank: Int?

  @Option(help: "Exit status.")
  var status: Int32 = 66

  func run() throws {
    let ranks = try options.join()
    // As the command does, for a clean stop.
    signal(SIGTERM) { _ in }
    if rank == nil || rank == ranks.rank {
      ranks.fail(message: "part.h5: no such file. Check the path.", status: status)
    }
    // Never: one of them does not come.
    _ = ranks.any(true)
    ranks.finish()
  }
}
