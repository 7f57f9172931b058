// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// How the features of a fit are held, and what memory the fit will take: decided, and told,
/// before the first step.
public struct MemoryPlan: Sendable, Equatable {
  /// Where features are between steps.
  public enum Residency: String, Sendable, Codable {
    /// In memory, in their stored type.
    case resident
    /// In their file; two windows of rows are in memory.
    case streaming
  }

  /// Where features are.
  public let residency: Residency
  /// Whether the teacher's targets of all rows are in memory; otherwise each epoch computes
  /// them again.
  package let keepsTargets: Bool
  /// The bound that was given.
  public let budget: MemoryBudget
  /// What the fit will take at most, an estimate from above, in bytes.
  public let byteCount: Int
  /// What it would take with all features in memory.
  public let residentByteCount: Int
  /// Rows of a window, of which two are in memory while streaming.
  public let windowRows: Int
  /// The types in which features are kept.
  public let types: [FeatureType]

  /// One sentence for people.
  public var description: String {
    let taken = "Memory: up to \(MemoryBudget.text(byteCount)) of \(budget.description)"
    switch residency {
    case .resident:
      let names = Set(types.map(\.rawValue)).sorted().joined(separator: " and ")
      return "\(taken); features in memory as \(names)."
    case .streaming:
      return "\(taken); features are read from the file while training, "
        + "\(Decimals.grouped(windowRows)) rows at a time "
        + "(all of them would take \(MemoryBudget.text(residentByteCount)))."
    }
  }
}

extension MemoryPlan {
  /// Plans a fit.
  ///
  /// - Throws: `ConfigurationError.outOfRange` when even streaming takes more than `budget`.
  init(
    _ rows: PairedSource, validation: PairedSource?, configuration: Configuration,
    budget: MemoryBudget, threads: Int
  ) throws {
    let need = FitMemory(
      rows, validation: validation, configuration: configuration, threads: threads)
    // A rank reads its own rows whenever it needs them.
    let isShared = rows.visual.ranks.isShared
    let residency: Residency =
      need.resident <= budget.byteCount && !isShared ? .resident : .streaming
    let least = need.streaming(keepingTargets: false)
    let comfortable = need.streaming(keepingTargets: true)
    self.residency = residency
    keepsTargets = residency == .resident || comfortable <= budget.byteCount && !isShared
    self.budget = budget
    residentByteCount = need.resident
    byteCount = residency == .resident ? need.resident : keepsTargets ? comfortable : least
    windowRows = need.windowRows
    types = [rows.visual.storedType] + (rows.text.map { [$0.storedType] } ?? [])
    guard byteCount <= budget.byteCount else {
      throw ConfigurationError.outOfRange(
        key: "--memory", found: budget.description,
        needed: "\(MemoryBudget.text(min(need.resident, least))) or more to fit these "
          + "\(Decimals.grouped(rows.rowCount)) rows",
        remedy: "Give more memory; without '--memory' three quarters of what is available "
          + "are used.")
    }
  }
}
