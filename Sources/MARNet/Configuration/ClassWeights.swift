// SPDX-License-Identifier: Apache-2.0

/// How much the labelled rows of a class count in every cross-entropy and in every choice by
/// negative log-likelihood; see docs/method.md.
///
/// In JSON: "none", "balanced", or an object {class name: weight}.
public enum ClassWeights: Sendable, Equatable {
  /// Every row counts once.
  case none
  /// n / (C n_c) for a class with n_c of the n labelled training rows in C classes: classes
  /// count equally, and rows once on average.
  case balanced
  /// By name, one weight for every class; above 0.
  case byClass([String: Double])
}

extension ClassWeights: Codable {
  private static let names: [(name: String, weights: ClassWeights)] = [
    ("none", .none), ("balanced", .balanced),
  ]

  /// The weights that are known by a name.
  public init?(name: String) {
    guard let found = Self.names.first(where: { $0.name == name }) else { return nil }
    self = found.weights
  }

  /// Reads a name or an object.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let name = try? container.decode(String.self) {
      guard let named = ClassWeights(name: name) else {
        throw DecodingError.dataCorruptedError(
          in: container,
          debugDescription: "'\(name)' is neither 'none' nor 'balanced' nor an object of weights")
      }
      self = named
    } else {
      self = .byClass(try container.decode([String: Double].self))
    }
  }

  /// Writes a name or an object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if case .byClass(let weights) = self {
      try container.encode(weights)
    } else if let name = Self.names.first(where: { $0.weights == self })?.name {
      try container.encode(name)
    }
  }
}

extension KeyedDecodingContainer {
  /// What synthesised conformances call: models fitted before there were weights have none.
  func decode(_ type: ClassWeights.Type, forKey key: Key) throws -> ClassWeights {
    try decodeIfPresent(type, forKey: key) ?? .none
  }
}
