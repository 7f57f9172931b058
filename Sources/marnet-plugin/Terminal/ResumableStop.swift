// SPDX-License-Identifier: Apache-2.0

import MARNet

/// A scoring that was cut off, with the command that goes on with it.
struct ResumableStop: CodedError {
  let stopped: ScoringStopped

  var failureCode: Failure.Code { stopped.failureCode }

  var description: String {
    "\(stopped.description) Go on with:\n  \(ResumingCommand.text(adding: ["--resume"]))"
  }
}
