// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

extension Configuration {
  /// This configuration with the number of parts that the training rows have for `ranks`: as many
  /// as the fit that is gone on with had, otherwise one each.
  ///
  /// - Throws: `ConfigurationError` where a rank would have no part, or an alignment loss that
  ///   pairs rows within a rank would depend on how many parts a rank has.
  func divided(
    among ranks: any RankGroup, goingOnWith checkpoints: FitCheckpoints?
  ) throws(ConfigurationError) -> Configuration {
    var result = self
    if result.training.parts == nil {
      result.training.parts =
        checkpoints?.configuration?.training.parts ?? (ranks.isShared ? ranks.count : nil)
    }
    let parts = result.training.parts ?? 1
    guard parts >= ranks.count else {
      throw .outOfRange(
        key: "training.parts", found: "\(parts)",
        needed: "as many as there are ranks, \(ranks.count), or more",
        remedy: "Start no more than \(parts), or begin a new fit.")
    }
    guard parts == ranks.count || alignment.spansRanks || alignment.weight == 0 else {
      throw .incompatible(
        reason: "this alignment loss pairs rows within a rank, and the \(parts) parts of the "
          + "training rows are not one for each of \(ranks.count) ranks",
        remedy: "Start \(parts) ranks, or use the method 'ita' with negatives of all ranks.")
    }
    return result
  }
}

extension Configuration {
  /// - Throws: `ConfigurationError` where the training rows are to be divided, which only `fit` does.
  package func requireOnePart() throws(ConfigurationError) {
    guard training.parts ?? 1 == 1 else {
      throw .incompatible(
        reason: "'training.parts' is for a fit of several ranks",
        remedy: "Leave 'training.parts' out here.")
    }
  }
}

extension PairedSource {
  /// These rows, of which each rank reads its own.
  ///
  /// - Parameter parts: of the rows, of which a rank has one or several; nil: one each.
  func divided(among ranks: any RankGroup, parts: Int?) -> PairedSource {
    guard ranks.isShared else { return self }
    let ranges = RowParts(rowCount: rowCount, count: parts ?? ranks.count)
      .rowsOfRanks(ranks.count)
    return replacingFeatures { RankRows($0, ranks: ranks, parts: ranges) }
  }
}
