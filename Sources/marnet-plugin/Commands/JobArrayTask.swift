// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The task of a Slurm job array that this process is.
struct JobArrayTask {
  static let indexName = "SLURM_ARRAY_TASK_ID"
  static let countName = "SLURM_ARRAY_TASK_COUNT"
  private static let firstName = "SLURM_ARRAY_TASK_MIN"
  private static let stepName = "SLURM_ARRAY_TASK_STEP"

  /// Which task, from 0.
  let index: Int
  /// Of how many.
  let count: Int

  /// nil: this is no task of an array.
  ///
  /// - Throws: `ValidationError` where the variables do not say which of the tasks it is.
  init?(_ environment: [String: String]) throws {
    guard let id = try Self.number(Self.indexName, environment),
      let count = try Self.number(Self.countName, environment)
    else { return nil }
    let first = try Self.number(Self.firstName, environment) ?? 0
    let step = try Self.number(Self.stepName, environment) ?? 1
    let (offset, overflow) = id.subtractingReportingOverflow(first)
    guard !overflow, step > 0, count > 0, offset >= 0, offset % step == 0, offset / step < count
    else {
      throw ValidationError(
        "\(Self.indexName) is \(id), which is none of \(count) tasks from \(first) on in steps of "
          + "\(step). Name --shards and --shard, or '--shards 1' for all rows.")
    }
    index = offset / step
    self.count = count
  }

  private static func number(_ name: String, _ environment: [String: String]) throws -> Int? {
    guard let text = environment[name], !text.isEmpty else { return nil }
    guard let number = Int(text) else {
      throw ValidationError(
        "\(name) is '\(text)', not a number. Name --shards and --shard, or '--shards 1' for all "
          + "rows.")
    }
    return number
  }
}
