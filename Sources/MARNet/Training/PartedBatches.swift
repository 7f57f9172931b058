// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The batches of a training, or this rank's places in them: each part of the rows fills its own.
final class PartedBatches {
  private let buffer: BatchBuffer
  private let streams: [BatchStream]
  /// Nil where there is one rank.
  private let totals: RankTotals?

  /// - Parameter epochCount: of the training.
  init(
    _ rows: TrainingRows, shares: BatchShares, options: TrainingOptions, key: RandomKey,
    epochCount: Int
  ) {
    let places = shares.ownPlaces
    let buffer = BatchBuffer(rows, batchSize: places.count)
    self.buffer = buffer
    streams = shares.own.map { share in
      BatchStream(
        rows,
        plan: ShufflePlan(
          rowCount: share.rows.count, firstRow: share.rows.lowerBound, rowBytes: rows.rowBytes,
          chunkRows: rows.chunkRows, options: options,
          key: share.part == 0 ? key : key.derived(UInt64(share.part))), into: buffer,
        places: share.places.lowerBound - places.lowerBound..<share.places.upperBound
          - places.lowerBound, epochCount: epochCount)
    }
    totals = rows.rows.ranks.isShared ? RankTotals(rows.rows.ranks) : nil
  }

  /// Begins an epoch; what is left of the one before is dropped.
  ///
  /// - Parameter batchCount: batches that were dealt before, by a run that this one goes on with.
  func beginEpoch(_ epoch: Int, after batchCount: Int) throws {
    for stream in streams { try stream.beginEpoch(epoch, after: batchCount) }
  }

  /// The next batch of the epoch; valid until the next call.
  ///
  /// - Throws: `DataError` when its rows cannot be read.
  func next(pool: WorkerPool) throws -> TrainingBatch {
    for stream in streams { try stream.next(pool: pool) }
    var batch = buffer.batch
    totals?.add(to: &batch)
    return batch
  }
}
