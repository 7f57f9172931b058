// SPDX-License-Identifier: Apache-2.0

/// A model directory that cannot be read or written, or does not fit its rows.
public enum ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The directory or one of its files is missing.
  case notFound(path: String)
  /// There is no such configuration file.
  case configurationNotFound(path: String)
  /// A file is there but is not one of ours, or is damaged.
  case unreadable(path: String, reason: String)
  /// Something with that name is there already.
  case outputExists(path: String)
  /// The directory cannot be written.
  case cannotWrite(path: String, reason: String)
  /// Visual rows of another width.
  case widthDiffers(found: Int, needed: Int)
  /// A value that is infinite or not a number.
  case notFinite(row: Int, column: Int)
  /// Options of scoring that this model's heads were not trained for.
  case invalidSampling(reason: String, remedy: String)

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .notFound(let path):
      return "\(path): there is no such model. Name the directory that 'fit --output' wrote."
    case .configurationNotFound(let path):
      return "\(path): there is no such configuration file. Name a JSON file of "
        + "hyper-parameters, or the 'config.json' of a model."
    case .unreadable(let path, let reason):
      return "\(path): not a readable model (\(reason)). Fit again, or restore the directory "
        + "from a copy."
    case .outputExists(let path):
      return "\(path): already exists. Choose another '--output', or replace it with "
        + "'--overwrite'."
    case .cannotWrite(let path, let reason):
      return "\(path): cannot be written (\(reason)). Choose an '--output' in a folder you may "
        + "write to, with space left."
    case .widthDiffers(let found, let needed):
      return "visual rows have \(found) columns but the model was fitted on \(needed). "
        + "Extract features with the encoder the model was fitted on."
    case .notFinite(let row, let column):
      return "visual row \(row) is not finite in column \(column). Every value must be a "
        + "number; extract that row again or leave it out."
    case .invalidSampling(let reason, let remedy):
      return "\(reason). \(remedy)"
    }
  }
}
