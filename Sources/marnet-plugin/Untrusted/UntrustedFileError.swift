// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What became of a child process that was to read files which nobody vouches for.
enum UntrustedFileError: CodedError, Equatable {
  /// A signal ended it.
  case crashed(path: String, signal: Int)
  /// It used up its processor time.
  case tookTooLong(path: String, seconds: Int)
  /// It was told to end.
  case interrupted(path: String)
  /// The system does not start it.
  case cannotStart(path: String, reason: String)

  var failureCode: Failure.Code {
    switch self {
    case .crashed, .tookTooLong, .cannotStart: .inputOutput
    case .interrupted: .interrupted
    }
  }

  var description: String {
    switch self {
    case .crashed(let path, let signal):
      "\(path): the HDF5 library crashed (signal \(signal)) while it was read. The file is damaged "
        + "or made to harm: copy it again from its source, or do not use it."
    case .tookTooLong(let path, let seconds):
      "\(path): reading it took more than \(Decimals.grouped(seconds)) s of processor time and was "
        + "stopped. The file is damaged or made to harm: copy it again from its source, or do not "
        + "use it."
    case .interrupted(let path):
      "\(path): interrupted while it was read. Run the command again."
    case .cannotStart(let path, let reason):
      "\(path): is not read, because no child process can be started for it (\(reason)). Run the "
        + "command where programs may start others."
    }
  }
}
