// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

extension MARNet.AlignmentOptions.Negatives: ExpressibleByArgument {}

/// How the processes of a fit under `mpirun` work together.
struct RankOptions: ParsableArguments {
  @Option(
    help: """
      With several ranks: negatives of InfoNCE from all ranks (global, the default) or from the own \
      rank (local).
      """)
  var negatives: MARNet.AlignmentOptions.Negatives?

  @Option(
    help: ArgumentHelp(
      "With several ranks: end the job when a rank waits longer than this for another.",
      valueName: "seconds"))
  var collectiveTimeout = 600

  func validate() throws {
    if !(1...86_400).contains(collectiveTimeout) {
      throw ValidationError(
        "--collective-timeout is \(collectiveTimeout) but must be from 1 to 86400 seconds.")
    }
  }
}
