// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNetData
import MARNetDense

/// The hidden folder beside a model's output in which a fit keeps its work until the model is
/// complete: `run.json`, a file for each part that is finished, and the last two checkpoints of the
/// part that is not. Whoever has it has its lock.
final class CheckpointFolder {
  private static let runName = "run.json"
  private static let lockName = "lock"
  private static let checkpointPrefix = "checkpoint-"
  private static let finishedPrefix = "finished-"
  private static let suffix = ".bin"
  private static let kept = 2
  /// It names every class, maybe with a weight.
  private static let largestRun = 256 << 20
  private static let mostRunValues = 8_500_000

  /// The model directory that the fit will write.
  let output: String
  private let path: String
  private let lock: FileLock
  /// Number of the last checkpoint that was written.
  private var number = 0

  /// Makes the folder where it is missing, and locks it.
  ///
  /// - Throws: `DataError.cannotWrite`, also where another fit has it.
  init(beside output: String) throws {
    self.output = output
    path = Self.path(beside: output)
    do {
      if !FileManager.default.fileExists(atPath: path) {
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: false)
      }
    } catch {
      throw ModelError.cannotWrite(path: output, reason: error.localizedDescription)
    }
    lock = try FileLock(path: path + "/" + Self.lockName, shownAs: output)
    for name in names where name.hasSuffix(".partial") { remove(name) }
    number = checkpoints.last?.number ?? 0
  }

  /// Whether there is a folder for `output`, whatever it holds.
  static func exists(beside output: String) -> Bool {
    FileManager.default.fileExists(atPath: path(beside: output))
  }

  /// Whether an unfinished fit is kept for `output`.
  static func holdsRun(beside output: String) -> Bool {
    FileManager.default.fileExists(atPath: path(beside: output) + "/" + runName)
  }

  private static func path(beside output: String) -> String {
    let target = URL(fileURLWithPath: output, isDirectory: true).standardizedFileURL
    return target.deletingLastPathComponent()
      .appendingPathComponent(".\(target.lastPathComponent).checkpoint", isDirectory: true).path
  }

  /// The fit to which the folder belongs; nil for a new one.
  ///
  /// - Throws: `CheckpointError.unreadable`.
  func run() throws -> RunIdentity? {
    let file = path + "/" + Self.runName
    func refusal(_ reason: String) -> CheckpointError {
      .unreadable(path: file, reason: reason)
    }
    let bytes: [UInt8]
    do {
      bytes = try PlainFile(file).contents(most: Self.largestRun)
    } catch {
      if error == .notFound { return nil }
      throw refusal(error.reason)
    }
    if let objection = JSONLimits.objection(to: bytes, mostValues: Self.mostRunValues) {
      throw refusal(objection)
    }
    guard let run = try? Configuration.decoder().decode(RunIdentity.self, from: Data(bytes)),
      run.format == RunIdentity.currentFormat
    else { throw refusal("it describes no fit") }
    // Instructions that the environment names in vain are no fault of the file.
    guard ProductKernel.unavailableChoice != nil || (try? run.configuration.validate()) != nil
    else { throw refusal("its configuration has values out of range") }
    return run
  }

  /// Says to which fit the folder belongs from now on.
  func begin(_ run: RunIdentity) throws {
    let data = try Configuration.encoder().encode(run)
    let target = path + "/" + Self.runName
    let file = try AtomicFile(path: target)
    let output = try OutputDescriptor(creating: file.temporaryPath, shownAs: target)
    try data.withUnsafeBytes { try output.write($0) }
    try output.close()
    try file.commit()
  }

  /// The finished part of that name; nil where it is not finished.
  ///
  /// - Throws: `CheckpointError.unreadable`.
  func finished(_ part: String) throws -> CheckpointFile? {
    let file = path + "/" + Self.fileName(of: part)
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    return try read(file)
  }

  /// Where a finished part is written.
  func pathOfFinished(_ part: String) -> String { path + "/" + Self.fileName(of: part) }

  /// Writes a checkpoint with `save`, then drops all but the last two.
  func addCheckpoint(_ save: (_ path: String) throws -> Void) throws {
    number += 1
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    try save(path + "/" + Self.checkpointPrefix + padded + Self.suffix)
    for old in checkpoints.dropLast(Self.kept) { remove(old.name) }
  }

  /// The last checkpoint that is whole; nil without any.
  ///
  /// - Throws: `CheckpointError.unreadable` when there are some and none is whole.
  func lastCheckpoint() throws -> CheckpointFile? {
    var failure: (any Error)?
    for checkpoint in checkpoints.reversed() {
      do { return try read(path + "/" + checkpoint.name) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    return nil
  }

  /// Drops the checkpoints: their part is finished.
  func removeCheckpoints() { for checkpoint in checkpoints { remove(checkpoint.name) } }

  /// Drops everything but the lock.
  func clear() {
    // Without the description nothing else is taken up again.
    remove(Self.runName)
    for name in names where name != Self.lockName { remove(name) }
  }

  /// Removes the folder.
  func remove() {
    clear()
    lock.removeFile()
    rmdir(path)
  }

  private func read(_ file: String) throws -> CheckpointFile {
    do {
      return try CheckpointFile(path: file)
    } catch {
      throw CheckpointError.unreadable(path: file, reason: error.description)
    }
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  private var checkpoints: [(number: Int, name: String)] {
    names.compactMap { name in
      guard name.hasPrefix(Self.checkpointPrefix), name.hasSuffix(Self.suffix) else { return nil }
      let digits = name.dropFirst(Self.checkpointPrefix.count).dropLast(Self.suffix.count)
      return Int(digits).map { ($0, name) }
    }.sorted { $0.number < $1.number }
  }

  private func remove(_ name: String) { unlink(path + "/" + name) }

  /// Parts are named in words; files by their letters and digits.
  private static func fileName(of part: String) -> String {
    let words = part.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return finishedPrefix + words.joined(separator: "-") + suffix
  }
}
