// SPDX-License-Identifier: Apache-2.0

import FileFixtures

/// A parser of strangers' bytes: what it reads, and inputs from which to start.
struct Subject: Sendable {
  /// How inputs are changed.
  enum Form: Sendable {
    case binary
    case text
    /// A file of a checkpoint: mostly beneath its checksum.
    case checkpoint
    /// An HDF5 score file: half of the time through HDF5, so that it is sound and lies.
    case scores
  }

  let name: String
  /// The file as which the parser finds its input.
  let fileName: String
  let form: Form
  /// Where libhdf5 reads the input: the command, the input left out, whose child process has to
  /// turn a crash inside libhdf5 into a message.
  var containing: [String]?
  /// Exit statuses that a rejection may have.
  var statuses: Set<Int32> = [65, 74]
  /// Puts the inputs from which to start into a fresh folder, and what every case needs besides
  /// into a second one, in which `fileName` will lie.
  let makeCorpus: @Sendable (_ corpus: TemporaryFolder, _ place: TemporaryFolder) throws -> Void
  /// Reads the input at a path as the program does; throws what the program would say.
  let parse: @Sendable (_ path: String) throws -> Void

  /// Every parser.
  static let all: [Subject] = [
    .safetensors, .modelWeights, .modelConfiguration, .modelHistory, .configuration, .classWeights,
    .comparisonRecord, .tuningRecord, .fitIdentity, .prefitCheckpoint, .courseCheckpoint,
    .scoreJournal, .scores, .shard, .features, .flatFeatures, .items,
    .numPy, .manifest,
  ]
}
