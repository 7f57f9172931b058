// SPDX-License-Identifier: Apache-2.0

/// All that tells scores from others, by name.
struct ScoreFacts: Equatable {
  /// The value of what is not there.
  static let nothing = "nothing"
  /// What differs between the shards of one scoring.
  static let ofShards: Set = [
    ScoreAttribute.firstRow, ScoreAttribute.rowCount, ScoreAttribute.shard,
    ScoreAttribute.shards, "number of rows",
  ]

  private(set) var values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  subscript(name: String) -> String {
    get { values[name] ?? Self.nothing }
    set { values[name] = newValue }
  }

  /// The first fact, by name, in which `other` differs, but for those in `ignored`; nil where
  /// both are the same.
  func difference(
    from other: ScoreFacts, ignoring ignored: Set<String> = []
  ) -> ScoreDifference? {
    Set(values.keys).union(other.values.keys).subtracting(ignored).sorted()
      .first { self[$0] != other[$0] }
      .map { ScoreDifference(name: $0, here: self[$0], there: other[$0]) }
  }
}

/// In what scores differ from others.
public struct ScoreDifference: Sendable, Equatable {
  /// Of what, such as "seed".
  public let name: String
  /// The value of the scores that are asked for, or of the file named first.
  public let here: String
  /// The value of the others.
  public let there: String
}
