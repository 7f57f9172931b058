// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What a study takes of memory: it keeps all rows in it, and is refused where they do not fit.
enum StudyMemory {
  /// - Parameters:
  ///   - networks: trained side by side at most.
  ///   - readsTest: whether test rows are scored.
  /// - Throws: `ConfigurationError.outOfRange` when the study takes more than `budget`.
  static func require(
    _ file: FeatureFile, configuration: Configuration, networks: Int, readsTest: Bool,
    budget: MemoryBudget, threads: Int
  ) throws {
    let rows = try file.pairedSource(.train)
    let validation = file.splits.contains(.val) ? try file.pairedSource(.val) : nil
    let testRows =
      readsTest && file.splits.contains(.test)
      ? try file.description(of: .test).rowCount : 0
    let needed = FitMemory(
      rows, validation: validation, configuration: configuration, threads: threads
    ).study(networks: networks, testRows: testRows)
    guard needed > budget.byteCount else { return }
    throw ConfigurationError.outOfRange(
      key: "--memory", found: budget.description,
      needed: "\(MemoryBudget(byteCount: needed).description) or more to study these "
        + "\(Decimals.grouped(rows.rowCount)) rows, which are all kept in memory",
      remedy: "Give more memory, or study a file that holds a part of the rows.")
  }
}
