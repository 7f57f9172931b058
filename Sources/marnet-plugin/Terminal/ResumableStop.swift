// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Work that was cut off and kept, with the command that goes on with it.
struct ResumableStop: CodedError {
  let failureCode: Failure.Code
  let description: String
  let command: String

  /// - Parameters:
  ///   - cause: what cut it off, as the library says it.
  ///   - flags: that the command needs besides its own to go on.
  ///   - rankCount: processes that are to go on together.
  init(_ cause: any Error, goingOnWith flags: [String], rankCount: Int = 1) {
    let failure = Failure(cause)
    failureCode = failure.code
    description = failure.message
    command = ResumingCommand.text(
      adding: flags, launcher: rankCount > 1 ? ["mpirun", "-n", "\(rankCount)"] : [])
  }
}
