// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetHeads

/// Values that a search tries for hyper-parameters of the preset `plugin`, as text that
/// `--set` takes.
public struct SearchSpace: Codable, Sendable, Equatable {
  /// One hyper-parameter.
  public struct Dimension: Codable, Sendable, Equatable {
    /// Dotted, snake case.
    public var key: String
    /// As `--set` takes them.
    public var values: [String]
  }

  /// Drawn independently of one another.
  public var dimensions: [Dimension]

  /// The ranges within which published recipes and measurements lie (docs/configuration.md).
  public static let standard = SearchSpace(dimensions: [
    Dimension(key: "alignment.weight", values: ["0.1", "0.3", "1", "3"]),
    Dimension(key: "alignment.temperature", values: ["0.03", "0.07", "0.2"]),
    Dimension(key: "alignment.dimension", values: ["128", "256", "512"]),
    Dimension(key: "reconstruction.weight", values: ["0.1", "1", "10"]),
    Dimension(key: "reconstruction.text_scale", values: ["0.1", "0.3", "1"]),
    Dimension(key: "reconstruction.hidden_width", values: ["128", "256", "512"]),
    Dimension(key: "teacher.weight", values: ["0", "0.15", "0.3", "0.5"]),
    Dimension(key: "training.dropout", values: ["0.1", "0.2", "0.3", "0.5"]),
    Dimension(key: "training.learning_rate", values: ["0.0003", "0.001", "0.003"]),
    Dimension(key: "training.weight_decay", values: ["0.1", "0.3", "1", "3"]),
    Dimension(key: "training.feature_noise", values: ["0", "0.5", "1", "2"]),
  ])

  init(dimensions: [Dimension]) { self.dimensions = dimensions }

  /// Given as `key=value,value,...`; `standard` where there are none.
  ///
  /// - Throws: `StudyError.invalidOption`.
  public init(_ texts: [String]) throws(StudyError) {
    guard !texts.isEmpty else {
      self = .standard
      return
    }
    dimensions = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      let values =
        parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
      guard !values.isEmpty else {
        throw .invalidOption(
          name: "--search", found: "'\(text)'", needed: "key=value,value,...")
      }
      dimensions.append(Dimension(key: parts[0], values: values))
    }
  }

  /// What trials share, and so cannot vary.
  private static let shared = ["seed", "preset", "validation", "probe"]
  private static let sharedKeys = [
    "teacher.gate", "teacher.exponents", "training.scheme", "training.precision",
  ]

  /// - Throws: `StudyError.invalidOption` for a key that all trials share.
  func requireVariable() throws(StudyError) {
    for dimension in dimensions {
      let section = dimension.key.split(separator: ".").first.map(String.init) ?? ""
      if Self.shared.contains(section) || Self.sharedKeys.contains(dimension.key) {
        throw .invalidOption(
          name: "--search", found: "'\(dimension.key)'",
          needed: "a hyper-parameter of the network: trials share rows, linear prefit and seed")
      }
    }
  }

  /// The assignments of a trial: none of the first, which is the base; a value of each
  /// dimension drawn for the others.
  func assignments(trial: Int, key: RandomKey) -> [String] {
    guard trial > 0 else { return [] }
    return dimensions.enumerated().map { index, dimension in
      let choice = key.integer(
        below: dimension.values.count, rowKey: UInt64(trial), index: UInt32(index),
        tag: RandomKey.tag(purpose: RandomPurpose.trials))
      return "\(dimension.key)=\(dimension.values[choice])"
    }
  }
}
