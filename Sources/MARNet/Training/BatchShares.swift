// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Which places of each batch the parts of the training rows fill, and which of them this rank's.
package struct BatchShares: Sendable {
  /// A part of the rows and its places in every batch.
  struct Share: Sendable {
    let part: Int
    let rows: Range<Int>
    let places: Range<Int>
  }

  /// B, rows of a batch of all ranks.
  package let batchSize: Int
  package let stepsPerEpoch: Int
  /// Those of this rank.
  let own: [Share]
  /// How many there are of all ranks.
  let partCount: Int

  /// Places of this rank in every batch.
  package var ownPlaces: Range<Int> {
    (own.first?.places.lowerBound ?? 0)..<(own.last?.places.upperBound ?? 0)
  }

  /// Those of the parts that `options` ask for, or of one for each rank.
  package init(_ rows: PreparedRows, options: TrainingOptions) {
    self.init(
      rows, batchSize: options.batchSize, partCount: options.parts ?? rows.ranks.count)
  }

  /// - Parameters:
  ///   - rows: those that are trained on.
  ///   - batchSize: rows of a batch, as far as there are as many.
  ///   - partCount: P; more than the ranks where a rank has several.
  package init(_ rows: PreparedRows, batchSize: Int, partCount: Int) {
    let ranks = rows.ranks
    let parts = RowParts(rowCount: rows.visual.rowCount, count: partCount)
    let ranges = (0..<partCount).map { rows.rows(ofSource: parts.rows($0)) }
    // The part with the fewest rows must fill its places.
    let fewest = ranges.map(\.count).min() ?? 0
    let size = min(batchSize, partCount > 1 ? partCount * fewest : rows.rowCount)
    let places = (0..<partCount).map { size * $0 / partCount..<size * ($0 + 1) / partCount }
    self.batchSize = size
    self.partCount = partCount
    stepsPerEpoch = zip(ranges, places).map { $0.count / max($1.count, 1) }.min() ?? 0
    own = parts.parts(of: ranks.rank, among: ranks.count).map {
      Share(part: $0, rows: ranges[$0], places: places[$0])
    }
  }

  /// - Throws: `ConfigurationError` where some part has no row to train on, or no place in a batch.
  package func check() throws(ConfigurationError) {
    guard batchSize >= 2 * partCount || partCount == 1 else {
      throw .outOfRange(
        key: "training.parts", found: "\(partCount)",
        needed: "so few that each part of the training rows fills 2 places or more of a batch of "
          + "\(batchSize) rows",
        remedy: "Use fewer ranks, or a larger 'training.batch_size'.")
    }
  }
}
