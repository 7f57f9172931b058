// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

/// Which part of the rows is scored.
struct ShardArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Score one of N parts of the rows, for 'merge' (default: the job array's).",
      valueName: "N"))
  var shards: Int?

  @Option(
    help: ArgumentHelp(
      "Which part, from 0 (default: the job array's task).", valueName: "I"))
  var shard: Int?

  /// A job array may be large, but this is a mistake.
  private static let most = 1_000_000

  func validate() throws {
    if let shards, !(1...Self.most).contains(shards) {
      throw ValidationError("--shards is \(shards) but must be from 1 to \(Self.most).")
    }
    if let shard {
      if shard < 0 { throw ValidationError("--shard is \(shard) but must be 0 or more.") }
      if let shards, shard >= shards {
        throw ValidationError(
          "--shard is \(shard) but must be below --shards, \(shards): shards count from 0.")
      }
    }
    _ = try choose()
  }

  /// The shard that the flags and, where they leave it open, the job array say; `source` names
  /// the variable that was used. nil: all rows.
  ///
  /// - Throws: `ValidationError` where they make no shard.
  func choose(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> (shard: ScoreShard, source: String?)? {
    if shards == 1 { return nil }
    if let shards, let shard { return (ScoreShard(shard, of: shards), nil) }
    guard let task = try JobArrayTask(environment) else {
      if shards != nil { throw ValidationError("--shards needs --shard: which of them, from 0.") }
      if shard != nil { throw ValidationError("--shard needs --shards: of how many.") }
      return nil
    }
    if let shard {
      guard shard < task.count else {
        throw ValidationError(
          "--shard is \(shard) but the job array has \(task.count) tasks "
            + "(\(JobArrayTask.countName)). Name --shards too.")
      }
      return (ScoreShard(shard, of: task.count), JobArrayTask.countName)
    }
    if let shards, shards != task.count {
      throw ValidationError(
        "--shards is \(shards) but the job array has \(task.count) tasks "
          + "(\(JobArrayTask.countName)). Name --shard too, or start \(shards) tasks.")
    }
    guard task.count > 1 else { return nil }
    return (ScoreShard(task.index, of: task.count), JobArrayTask.indexName)
  }
}
