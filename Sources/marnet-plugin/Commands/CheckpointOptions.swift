// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

/// How the work of a fit is kept, and whether one that stopped goes on.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Keep the work so far after every so many epochs or seconds, such as 5, 90s, 10m, 2h, or \
      never (default: each epoch, at most every 10 s).
      """, valueName: "epochs|duration|never"))
  var checkpointEvery: CheckpointSchedule?

  @Option(
    help: ArgumentHelp(
      "Go on with the fit that was to write this model directory and stopped.",
      valueName: "directory"), completion: .directory)
  var resume: String?

  private var schedule: CheckpointSchedule { checkpointEvery ?? .automatic }

  /// The checkpoints of a fit that writes `directory`; nil where its model is complete already.
  func open(_ directory: String, overwrite: Bool) throws -> FitCheckpoints? {
    guard resume != nil else {
      return try FitCheckpoints(output: directory, schedule: schedule, overwrite: overwrite)
    }
    let hasModel = FileManager.default.fileExists(atPath: directory)
    if hasModel, !FitCheckpoints.exist(for: directory) {
      FitCheckpoints.removeLeftovers(ofComplete: directory)
      return nil
    }
    let checkpoints = try FitCheckpoints(resuming: directory, schedule: schedule)
    if hasModel, !overwrite {
      if checkpoints.replacesModel { throw ModelError.outputExists(path: directory) }
      // The fit ended between its last two acts: writing the model, removing what it had kept.
      checkpoints.remove()
      FitCheckpoints.removeLeftovers(ofComplete: directory)
      return nil
    }
    return checkpoints
  }
}

extension CheckpointSchedule: ExpressibleByArgument {
  /// Reads "5", "10m" or "never".
  public init?(argument: String) { self.init(argument) }
}
