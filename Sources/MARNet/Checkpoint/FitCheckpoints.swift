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
  public fileprivate(set) var notes: [String] = []
  fileprivate let schedule: CheckpointSchedule
  fileprivate let replaces: Bool
  fileprivate let output: String
  /// Nil where another rank has it.
  fileprivate let folder: CheckpointFolder?
  fileprivate let earlier: RunIdentity?
  fileprivate var ranks: any RankGroup = SingleRank.only
  fileprivate var lastSave = ContinuousClock.now
  fileprivate var saveSeconds = 0.0
  fileprivate var isKept = false
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

/// What a fit calls.
extension FitCheckpoints {
  /// Begins, or goes on with, the fit.
  ///
  /// - Throws: `CheckpointError` when it is not the one that was begun, `DataError.cannotWrite`.
  func begin(_ run: RunIdentity) throws {
    lastSave = .now
    if let earlier {
      notes += try [run.note(goingOnWith: earlier, output: output)].compactMap { $0 }
    } else if let folder, schedule != .never {
      try folder.begin(run)
      isKept = true
    }
    isKept = ranks.any(isKept)
  }

  /// The prefit of that name of `rows`, kept or made now.
  func prefit(
    _ name: String, of rows: PreparedRows, make: () throws -> Prefit
  ) throws -> Prefit {
    if let file = try shared(folder?.finished(name)) {
      return try readable(name) { () throws(CheckpointFile.Malformed) in
        try Prefit(from: file, of: rows)
      }
    }
    let prefit = try make()
    if let folder, schedule != .never { try prefit.save(to: folder.pathOfFinished(name)) }
    return prefit
  }

  /// Takes `course` to where it was, if it was begun.
  func restore(_ course: TrainingCourse) throws {
    lastSave = .now
    guard earlier != nil else { return }
    let kept = try folder?.finished(course.stage)
    let isFinished = ranks.any(kept != nil)
    guard let file = try shared(kept ?? folder?.lastCheckpoint()) else { return }
    try readable(course.stage) { () throws(CheckpointFile.Malformed) in
      let state = try file.description(CourseState.self)
      // The last checkpoint may be of another stage that is not reached yet.
      if isFinished || state.stage == course.stage { try course.restore(state, from: file) }
    }
  }

  /// Writes a checkpoint if one is due after the last step.
  func stepDone(_ course: TrainingCourse) throws {
    guard let folder, !course.isFinished,
      schedule.isDue(
        epochs: course.isAtEpochEnd ? course.records.count : nil,
        elapsed: (ContinuousClock.now - lastSave).inSeconds, cost: saveSeconds)
    else { return }
    try save(course, in: folder)
  }

  /// Keeps what `course` came to.
  func finish(_ course: TrainingCourse) throws {
    guard let folder, schedule != .never, try folder.finished(course.stage) == nil else { return }
    try course.save(to: folder.pathOfFinished(course.stage))
    folder.removeCheckpoints()
  }

  /// Keeps the state of `course` where it stands, since the fit ends here.
  func suspend(_ course: TrainingCourse) throws {
    if let folder, isKept, !course.isFinished { try save(course, in: folder) }
  }

  /// The error of a fit that was asked to stop.
  var interruption: FitError {
    isKept ? .suspended(output: output) : .cancelled
  }

  /// The file on every rank, which rank 0 has or has not.
  private func shared(_ file: CheckpointFile?) throws -> CheckpointFile? {
    guard ranks.isShared else { return file }
    guard ranks.any(file != nil) else { return nil }
    let contents = ranks.fromFirst(try file?.contents() ?? [])
    return try file ?? CheckpointFile(contents: contents)
  }

  private func save(_ course: TrainingCourse, in folder: CheckpointFolder) throws {
    let start = ContinuousClock.now
    try folder.addCheckpoint(course.save)
    lastSave = .now
    saveSeconds = (lastSave - start).inSeconds
  }

  private func readable<Result>(
    _ part: String, _ read: () throws(CheckpointFile.Malformed) -> Result
  ) throws(CheckpointError) -> Result {
    do {
      return try read()
    } catch {
      throw .unreadable(path: output, reason: "'\(part)': \(error.description)")
    }
  }
}
