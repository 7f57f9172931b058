// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense

/// Keeps the work of a fit beside the model directory that it will write, so that a fit that was
/// stopped, by whatever, goes on where it was and gives the same bytes.
///
/// ```swift
/// let checkpoints = try FitCheckpoints(output: "m.marnet")         // or (resuming: "m.marnet")
/// let model = try trainer.fit(file, checkpoints: checkpoints)
/// try model.save(to: "m.marnet")
/// checkpoints.remove()
/// ```
///
/// While it lives no other fit can write to that output. What was finished stays in a hidden folder
/// beside the output until `remove`; where nothing worth keeping was written, nothing stays.
public final class FitCheckpoints {
  /// The configuration of the fit that this one goes on with; nil for a new one.
  public let configuration: Configuration?
  /// What is to be known of a fit that went on; read after the fit.
  public internal(set) var notes: [String] = []
  let schedule: CheckpointSchedule
  let replaces: Bool
  let output: String
  /// Nil where another rank has it.
  let folder: CheckpointFolder?
  let earlier: RunIdentity?
  var ranks: any RankGroup = SingleRank.only
  var lastSave = ContinuousClock.now
  var saveSeconds = 0.0
  var isKept = false
  private var isRemoved = false

  /// Prepares a new fit.
  ///
  /// - Parameters:
  ///   - output: the model directory it will write.
  ///   - schedule: when the state of a training is written.
  ///   - overwrite: gives up an unfinished fit that is kept for `output`.
  /// - Throws: `CheckpointError.unfinished`, `DataError.cannotWrite`, `ModelError`.
  public init(
    output: String, schedule: CheckpointSchedule = .automatic, overwrite: Bool = false
  ) throws {
    self.schedule = schedule
    self.output = output
    replaces = overwrite && FileManager.default.fileExists(atPath: output)
    let folder = try CheckpointFolder(beside: output)
    self.folder = folder
    configuration = nil
    earlier = nil
    if CheckpointFolder.holdsRun(beside: output), !overwrite {
      isKept = true
      throw CheckpointError.unfinished(output: output)
    }
    folder.clear()
  }

  /// Goes on with the unfinished fit of `output`.
  ///
  /// - Throws: `CheckpointError.nothingToResume`, `CheckpointError.unreadable`,
  ///   `DataError.cannotWrite`.
  public init(resuming output: String, schedule: CheckpointSchedule = .automatic) throws {
    self.schedule = schedule
    self.output = output
    guard CheckpointFolder.holdsRun(beside: output) else {
      throw CheckpointError.nothingToResume(output: output)
    }
    let folder = try CheckpointFolder(beside: output)
    self.folder = folder
    isKept = true
    guard let run = try folder.run() else {
      throw CheckpointError.nothingToResume(output: output)
    }
    earlier = run
    configuration = run.configuration
    replaces = run.replaces
  }

  /// The checkpoints of rank 0, on every rank: it alone reads and writes them, and the others get
  /// what it read.
  ///
  /// - Parameter first: those of rank 0, where this is that rank; it has none where the model is
  ///   complete.
  /// - Returns: nil where rank 0 has none.
  package static func shared(
    _ first: FitCheckpoints?, output: String, over ranks: any RankGroup
  ) throws -> FitCheckpoints? {
    guard ranks.isShared else { return first }
    guard ranks.any(first != nil) else { return nil }
    let description = try first.map { try Configuration.encoder().encode([$0.earlier]) }
    let bytes = ranks.fromFirst([UInt8](description ?? Data()))
    let earlier = try Configuration.decoder().decode([RunIdentity?].self, from: Data(bytes))[0]
    let result = first ?? FitCheckpoints(following: earlier, output: output)
    result.ranks = ranks
    return result
  }

  private init(following earlier: RunIdentity?, output: String) {
    schedule = .never
    self.output = output
    folder = nil
    self.earlier = earlier
    configuration = earlier?.configuration
    replaces = earlier?.replaces ?? false
  }

  /// Whether the fit that is gone on with was to replace a model.
  package var replacesModel: Bool { replaces }

  /// Whether an unfinished fit is kept for `output`.
  public static func exist(for output: String) -> Bool {
    CheckpointFolder.holdsRun(beside: output)
  }

  /// Removes what a fit that was killed in its last acts left beside the complete model `output`:
  /// a folder that describes no fit any more, the lock and the staging directory of the model. What
  /// cannot be removed, or another run has, stays.
  package static func removeLeftovers(ofComplete output: String) {
    if CheckpointFolder.exists(beside: output), !exist(for: output) {
      (try? CheckpointFolder(beside: output))?.remove()
    }
    try? Model.requireCanSave(to: output, overwrite: true)
  }

  /// Removes everything that was kept: the model is complete, or given up.
  public func remove() {
    folder?.remove()
    isRemoved = true
  }

  deinit { if !isKept && !isRemoved { folder?.remove() } }
}
