// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Work that was interrupted and kept, with the command that goes on with it.
struct InterruptedRun: CodedError {
  let what: String
  let command: String

  var failureCode: Failure.Code { .interrupted }

  var description: String { "\(what) Go on with:\n  \(command)" }
}
