// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// What a comparison has finished so far, on disk while it runs: an interrupted one goes on
/// from there.
package struct ComparisonRecord: StudyRecord, Sendable, Equatable {
  /// What must be the same for results to belong together. The number of seeds may differ.
  struct Identity: Codable, Sendable, Equatable {
    var version: String
    var fingerprint: String
    /// Of validation and test rows.
    var otherFingerprints: [String]
    var contenders: [String]
    var trials: Int
    var regime: Regime
    var plugin: Configuration
    var paper: Configuration

    /// What differs first, in words; nil where nothing does.
    func difference(from other: Identity) -> String? {
      if fingerprint != other.fingerprint { return "the training rows" }
      if otherFingerprints != other.otherFingerprints {
        return "the validation or test rows"
      }
      if version != other.version { return "the version of the tool" }
      if contenders != other.contenders { return "the contenders ('--only')" }
      if trials != other.trials { return "'--trials'" }
      if regime != other.regime { return "the regime" }
      if plugin != other.plugin || paper != other.paper { return "the configuration" }
      return nil
    }
  }

  /// One seed, in the order of its work.
  struct Seed: Codable, Sendable, Equatable {
    let seed: UInt64
    var tuning: Tuning?
    var outcomes: [Outcome]?
  }

  var identity: Identity
  var seeds: [Seed] = []

  /// Every score is of the same test rows, and stands beside one of the probe.
  package var isSound: Bool {
    var rows: Set<Int> = []
    for outcomes in seeds.compactMap(\.outcomes) {
      let probe = outcomes.first { $0.id == Contender.probe }
      for outcome in outcomes {
        guard outcome.scores.count <= probe?.scores.count ?? 0 else { return false }
        for score in outcome.scores {
          rows.insert(score.metrics.rows)
          guard score.metrics.rows >= 0, score.right.count == (score.metrics.rows &+ 7) / 8 else {
            return false
          }
        }
      }
    }
    return rows.count <= 1
  }

  subscript(seed: UInt64) -> Seed? { seeds.first { $0.seed == seed } }

  mutating func put(_ entry: Seed) {
    seeds.removeAll { $0.seed == entry.seed }
    seeds.append(entry)
  }
}
