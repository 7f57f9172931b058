// SPDX-License-Identifier: Apache-2.0

/// The parts of a feature file, each a group of that name.
public enum Split: String, Sendable, Codable, CaseIterable {
  /// Rows to fit on.
  case train
  /// Rows to select and to calibrate on; optional.
  case val
  /// Rows to score and to evaluate; never seen by `fit`.
  case test
}
