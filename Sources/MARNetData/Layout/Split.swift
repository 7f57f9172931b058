// SPDX-License-Identifier: Apache-2.0

/// The parts of a feature file, each a group of that name.
public enum Split: String, Sendable, Codable, CaseIterable {
  /// Rows to fit on.
  case train
  /// Rows to select and to calibrate on; optional.
  case val
  /// Rows to score and to evaluate; never seen by `fit`.
  case test

  /// What files call it.
  var names: [String] {
    switch self {
    case .train: ["train"]
    case .val: ["val", "valid", "validation"]
    case .test: ["test"]
    }
  }

  /// The split that a file calls `name`, in any case of letters; nil for other names.
  init?(named name: String) {
    let lowercased = name.lowercased()
    guard let split = Split.allCases.first(where: { $0.names.contains(lowercased) }) else {
      return nil
    }
    self = split
  }
}
