// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a report was asked to show and cannot.
public enum ReportError: CodedError, Sendable, Equatable {
  /// The model has no class of that name.
  case unknownClass(name: String, nearest: String?)
  /// There is no such row among those evaluated.
  case rowOutOfRange(row: Int, split: Split, rowCount: Int)
  /// An embedding of so many rows takes too long.
  case tooManyPoints(classes: Int, rowsPerClass: Int, most: Int)

  /// The coarse kind, for exit statuses.
  public var failureCode: Failure.Code { .configuration }

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .unknownClass(let name, let nearest):
      let meant = nearest.map { "Did you mean '\($0)'?" } ?? "The model's 'config.json' lists them."
      return "--class: the model has no class '\(name)'. \(meant)"
    case .rowOutOfRange(let row, let split, let rowCount):
      return "--row: \(row) is no row of '\(split.rawValue)', which has "
        + "\(Decimals.grouped(rowCount)), counted from 0. Name a row below that."
    case .tooManyPoints(let classes, let rowsPerClass, let most):
      return "--rows-per-class: \(classes) classes of \(Decimals.grouped(rowsPerClass)) rows are "
        + "more than the \(Decimals.grouped(most)) points that are embedded. Ask for fewer "
        + "classes or rows."
    }
  }
}
