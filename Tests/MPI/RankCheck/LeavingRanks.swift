// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetMPI

/// Ranks that leave together.
struct LeavingRanks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leave", abstract: "Leave the job together, with an exit status.")

  @OptionGroup var options: JoinOptions

  @Option(help: "Exit status of every rank.")
  var status: Int32 = 75

  func run() throws {
    let ranks = try options.join()
    ranks.say("leaving")
    ranks.finish()
    throw ExitCode(status)
  }
}
