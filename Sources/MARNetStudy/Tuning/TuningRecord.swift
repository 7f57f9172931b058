// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a search has finished so far, on disk while it runs.
package struct TuningRecord: StudyRecord, Sendable, Equatable {
  var version: String
  var fingerprint: String
  /// Of the file's validation rows, where it has any.
  var validationFingerprint: String?
  var base: Configuration
  var space: SearchSpace
  var trials: [TuningReport.Trial] = []
  /// Losses of trial 0, a row each, for the paired differences.
  var baseLosses: [Double] = []

  /// What differs first, in words; nil where nothing does. The number of trials may.
  /// Trials stand in the order of their numbers.
  package var isSound: Bool { trials.indices.allSatisfy { trials[$0].index == $0 } }

  func difference(from other: TuningRecord) -> String? {
    if fingerprint != other.fingerprint { return "the training rows" }
    if validationFingerprint != other.validationFingerprint { return "the validation rows" }
    if version != other.version { return "the version of the tool" }
    if base != other.base { return "the configuration or the seed" }
    if space != other.space { return "what is searched ('--search')" }
    return nil
  }
}
