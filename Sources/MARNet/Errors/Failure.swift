// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// An error of a room above this one, which says itself what it is.
public protocol CodedError: Error, CustomStringConvertible {
  /// What kind of failure it is.
  var failureCode: Failure.Code { get }
}

/// The one place that maps every room's errors to a stable code and an exit status.
public struct Failure: Sendable, Equatable {
  /// What went wrong, coarsely; stable across versions.
  public enum Code: String, Sendable, CaseIterable {
    /// Contents of a feature file, or a model directory that cannot be read.
    case data
    /// A file or directory that is not there.
    case notFound = "not-found"
    /// Training that left the finite numbers.
    case diverged
    /// An output that cannot be written.
    case cannotWrite = "cannot-write"
    /// Input, output or HDF5.
    case inputOutput = "input-output"
    /// Interrupted by the user.
    case interrupted
    /// A configuration value out of range.
    case configuration
    /// Anything else.
    case other

    /// Exit status, after sysexits.h.
    public var exitStatus: Int32 {
      switch self {
      case .data: 65
      case .notFound: 66
      case .diverged: 70
      case .cannotWrite: 73
      case .inputOutput: 74
      case .interrupted: 75
      case .configuration: 78
      case .other: 1
      }
    }
  }

  /// Stable code.
  public let code: Code
  /// Where, what was found, what was needed, one remedy.
  public let message: String

  /// Exit status, after sysexits.h.
  public var exitStatus: Int32 { code.exitStatus }

  /// The failure behind `error`.
  public init(_ error: any Error) {
    switch error {
    case let error as DataError:
      (code, message) = (Code(error.kind), error.description)
    case let error as ScoreFileError:
      (code, message) = (Code(error.kind), error.description)
    case let error as ManifestError:
      (code, message) = (Code(error.kind), error.description)
    case let error as RowStreamError:
      (code, message) = (Code(error.kind), error.description)
    case let error as ConfigurationError:
      (code, message) = (.configuration, error.description)
    case let error as FitError:
      message = error.description
      switch error {
      case .diverged: code = .diverged
      case .cancelled, .suspended: code = .interrupted
      case .ranksDiffer: code = .configuration
      }
    case let error as ModelError:
      message = error.description
      switch error {
      case .notFound, .configurationNotFound: code = .notFound
      case .outputExists, .cannotWrite: code = .cannotWrite
      case .invalidSampling: code = .configuration
      case .unreadable, .widthDiffers, .notFinite: code = .data
      }
    case let error as any CodedError:
      (code, message) = (error.failureCode, error.description)
    default:
      (code, message) = (.other, "\(error)")
    }
  }
}

extension Failure.Code {
  fileprivate init(_ kind: DataErrorKind) {
    switch kind {
    case .content: self = .data
    case .notFound: self = .notFound
    case .cannotWrite: self = .cannotWrite
    case .inputOutput: self = .inputOutput
    case .configuration: self = .configuration
    }
  }
}
