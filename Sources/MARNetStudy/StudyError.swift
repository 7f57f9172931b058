// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Why a study cannot run, apart from its data and its configuration.
public enum StudyError: CodedError, Sendable, Equatable {
  /// An option out of its range.
  case invalidOption(name: String, found: String, needed: String)
  /// A contender or table that does not exist.
  case unknownContender(name: String, known: [String])
  /// An interrupted study at the same place that was run differently.
  case differentStudy(path: String, difference: String)
  /// An interrupted study that cannot be read.
  case unreadable(path: String)
  /// Stopped on request; what was finished is kept.
  case interrupted(partial: String)
  /// Nothing to test on, or to choose by.
  case tooFewRows(path: String, purpose: String, found: Int, needed: Int, group: String)

  /// The coarse kind, for exit statuses.
  public var failureCode: Failure.Code {
    switch self {
    case .invalidOption, .unknownContender, .differentStudy: .configuration
    case .unreadable, .tooFewRows: .data
    case .interrupted: .interrupted
    }
  }

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .invalidOption(let name, let found, let needed):
      return "\(name) is \(found) but must be \(needed)."
    case .unknownContender(let name, let known):
      return "--only names '\(name)', which is not a contender. There are: "
        + known.joined(separator: ", ") + "."
    case .differentStudy(let path, let difference):
      return "\(path): holds an interrupted run that differs in \(difference). Repeat that "
        + "run's options to go on with it, choose another '--output', or start anew with "
        + "'--overwrite'."
    case .unreadable(let path):
      return "\(path): not an interrupted run of this version. Delete it, or start anew with "
        + "'--overwrite'."
    case .interrupted(let partial):
      return "interrupted; what was finished is kept in \(partial). The same command goes on "
        + "from there."
    case .tooFewRows(let path, let purpose, let found, let needed, let group):
      return "\(path): \(found) labelled rows \(purpose), but \(needed) are needed. Add "
        + "labelled rows to 'train', or a group '\(group)' with labels."
    }
  }

  static func check(
    _ name: String, _ value: Double, from low: Double, to high: Double
  ) throws(StudyError) {
    guard value >= low, value <= high else {
      throw .invalidOption(name: name, found: "\(value)", needed: "from \(low) to \(high)")
    }
  }

  static func check(
    _ name: String, _ value: Double, above low: Double, to high: Double
  ) throws(StudyError) {
    guard value > low, value <= high else {
      throw .invalidOption(
        name: name, found: "\(value)", needed: "above \(low) and at most \(high)")
    }
  }

  static func check(
    _ name: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(StudyError) {
    guard range.contains(value) else {
      throw .invalidOption(
        name: name, found: "\(value)", needed: "from \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
