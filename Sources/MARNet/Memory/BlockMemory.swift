// SPDX-License-Identifier: Apache-2.0

import MARNetData

/// How many rows are read and scored at a time within a budget.
struct BlockMemory {
  /// Rows at a time unless memory allows fewer only; more would not be faster.
  static let mostRows = 8_192
  /// Scores are computed in blocks of this many rows at any rate.
  private static let fewestRows = 256

  /// Bytes of a row in all blocks that are in memory at once.
  let rowBytes: Int
  /// Bytes besides blocks.
  let fixed: Int

  /// - Parameters:
  ///   - predictors: tables of log-probabilities that a block has.
  ///   - features: values of x_EMA and x_CDR that are kept of a row.
  ///   - labels: rows whose labels are in memory.
  ///   - stagedBytes: bytes of a row that are in memory besides, as they came.
  init(
    _ model: Model, predictors: Int, features: Int, labels: Int = 0, stagedBytes: Int = 0
  ) {
    // One block is read, one is standardised and scored, one or two are written.
    rowBytes =
      stagedBytes
      + 4 * (3 * model.visualWidth + (predictors + 5) * model.classNames.count + 3 * features)
    let aligned = model.configuration.alignment.dimension
    let hidden = model.configuration.reconstruction.hiddenWidth
    let weights =
      (model.visualWidth + model.textWidth) * (aligned + hidden)
      + model.visualWidth * (model.classNames.count + model.textWidth)
    fixed = FitMemory.base + 16 * weights + 24 * labels
  }

  /// Rows at a time.
  ///
  /// - Throws: `ConfigurationError.outOfRange` when not even few fit.
  func rows(within budget: MemoryBudget, wanted: Int?) throws -> Int {
    let room = (budget.byteCount - fixed) / max(rowBytes, 1)
    guard room >= Self.fewestRows else {
      throw ConfigurationError.outOfRange(
        key: "--memory", found: budget.description,
        needed: "\(MemoryBudget.text(fixed + Self.fewestRows * rowBytes)) or more for this model",
        remedy: "Give more memory.")
    }
    return min(wanted ?? Self.mostRows, room)
  }
}
