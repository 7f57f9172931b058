// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a comparison runs.
public struct ComparisonOptions: Sendable, Equatable {
  /// Seeds, each a whole repetition: of networks, batches, noise and of what a regime takes away.
  public var seedCount = 5
  /// The first of consecutive seeds.
  public var firstSeed: UInt64 = 0
  /// Ids or tables of contenders; empty means all.
  public var only: [String] = []
  /// Weights tried for each alignment method on held-out rows; 1 takes the method's default.
  public var trials = 4
  /// What is taken from the training rows and added to the test rows.
  public var regime = Regime()
  /// The preset `plugin` as it is run; its seeds are those of the comparison.
  public var plugin = Configuration(preset: .plugin)
  /// The preset `paper`, likewise.
  public var paper = Configuration(preset: .paper)

  /// Five seeds of everything.
  public init() {}

  /// Factors on a method's default weight, in the order in which they are tried.
  static let factors = [1, 0.3, 3, 0.1, 10, 0.03, 30, 0.01]

  /// - Throws: `StudyError`, `ConfigurationError`.
  func validate() throws {
    try StudyError.check("--seeds", seedCount, 1...1_000)
    try StudyError.check("--trials", trials, 1...Self.factors.count)
    try regime.validate()
    _ = try Contender.named(only)
    try plugin.validate()
    try paper.validate()
    try plugin.requireOnePart()
    try paper.requireOnePart()
    guard plugin.training.scheme == .joint, paper.training.scheme == .staged else {
      throw ConfigurationError.incompatible(
        reason: "a comparison trains 'plugin' jointly and 'paper' in stages, but "
          + "'training.scheme' is set for both",
        remedy: "Leave 'training.scheme' out.")
    }
  }
}
