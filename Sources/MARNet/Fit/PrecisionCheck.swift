// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Tries whether a model may be scored with products of bfloat16.
struct PrecisionCheck {
  /// Enough to see a difference; a fraction of a second.
  private static let mostRows = 1_024

  let configuration: Configuration
  let pool: WorkerPool

  /// The largest change of a class probability of the heads between the precisions, on rows
  /// spread evenly over `rows`.
  func difference(_ heads: TrainedHeads, on rows: PreparedRows) throws -> Double {
    let count = rows.rowCount
    let tried = min(count, Self.mostRows)
    let some = try rows.keyed(at: (0..<tried).map { $0 * count / tried }, pool: pool)
    let sampling = HeadScorer.Sampling(
      sampler: configuration.sampling.headSampler, draws: configuration.sampling.draws,
      seed: configuration.seed)
    let tables = try Precision.allCases.map { precision in
      LogProbabilities.probabilities(
        BlockScorer(try heads.with(precision), sampling: sampling, pool: pool)
          .score(some).network)
    }
    return zip(tables[0].values, tables[1].values).reduce(0.0) {
      max($0, abs(Double($1.0) - Double($1.1)))
    }
  }
}
