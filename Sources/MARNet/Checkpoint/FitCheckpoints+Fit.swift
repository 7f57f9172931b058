// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense

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
