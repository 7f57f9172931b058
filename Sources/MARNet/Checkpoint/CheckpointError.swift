// SPDX-License-Identifier: Apache-2.0

/// Why a fit cannot go on where another one stopped, or may not take its place.
public enum CheckpointError: Error, Sendable, Equatable, CodedError {
  /// Nothing unfinished belongs to the output.
  case nothingToResume(output: String)
  /// An unfinished fit belongs to the output.
  case unfinished(output: String)
  /// The unfinished fit had another configuration, or was another version's.
  case configurationDiffers(output: String, difference: String)
  /// The unfinished fit was on other data.
  case dataDiffer(output: String, difference: String)
  /// A file of the unfinished fit is damaged.
  case unreadable(path: String, reason: String)

  /// What kind of failure it is.
  public var failureCode: Failure.Code {
    switch self {
    case .nothingToResume: .notFound
    case .unfinished: .cannotWrite
    case .configurationDiffers: .configuration
    case .dataDiffer, .unreadable: .data
    }
  }

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .nothingToResume(let output):
      return "\(output): there is no unfinished fit to go on with. Start one without '--resume'."
    case .unfinished(let output):
      return "\(output): an unfinished fit is kept for it. Go on with '--resume \(output)', or "
        + "give it up and start anew with '--overwrite'."
    case .configurationDiffers(let output, let difference):
      return "\(output): the unfinished fit cannot go on, since \(difference). Repeat its "
        + "command with '--resume', or start anew with '--overwrite'."
    case .dataDiffer(let output, let difference):
      return "\(output): the unfinished fit cannot go on, since \(difference). Give the features "
        + "it was begun with, or start anew with '--overwrite'."
    case .unreadable(let path, let reason):
      return "\(path): not a readable checkpoint (\(reason)). Start anew with '--overwrite'."
    }
  }
}
