// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetData
import MARNetDense
import MARNetHeads
import Synchronization
import TestSupport
import Testing

/// A file that cannot be read any more, in the middle of a training.
@Suite struct BrokenRowsTests {
  private struct Broken: Error {}

  /// Rows that fail after a number of reads.
  private final class FailingRows: FeatureRows {
    let values: Matrix
    let readsLeft: Mutex<Int>
    var rowCount: Int { values.rowCount }
    var width: Int { values.columnCount }
    var storedType: FeatureType { .float32 }
    var chunkRows: Int { 1 }

    init(_ values: Matrix, reads: Int) {
      self.values = values
      readsLeft = Mutex(reads)
    }

    func read(_ range: Range<Int>, into target: MatrixView) throws {
      let left = readsLeft.withLock { left in
        left -= 1
        return left
      }
      if left < 0 { throw Broken() }
      target.copy(from: values.view.rows(range))
    }
  }

  @Test(arguments: [0, 1, 5, 30]) func endsTheTraining(reads: Int) throws {
    let text = FailingRows(Seeded.normal(200, 3, seed: 1), reads: reads)
    let labels = (0..<200).map { Int32($0 % 2) }
    let present = [Bool](repeating: true, count: 200)
    let rows = PreparedRows(
      visual: StandardizedRows(StoredRows(Seeded.normal(200, 5, seed: 2)), standardizer: nil),
      text: StandardizedRows(text, standardizer: nil), tokens: nil,
      keys: [UInt64](repeating: 0, count: 200), hasText: present, labels: labels, classCount: 2)
    var configuration = SmallFit.configuration()
    configuration.training.batchSize = 16
    configuration.training.shuffleRows = 32
    configuration.training.slabRows = 4
    let pool = WorkerPool(threads: 2)
    let training = try HeadTraining(
      configuration: configuration,
      dimensions: HeadDimensions(
        visual: 5, text: 3, classes: 2, aligned: 16, hidden: 16, timeEmbedding: 32), pool: pool,
      purpose: "")
    let plain = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    let course = try training.joint(
      on: plain, gate: 1, usesText: true,
      stage: "joint", key: RandomKey(seed: 1)
    ).course
    #expect(throws: Broken.self) {
      while !course.isFinished { try course.advance(1, pool: pool) }
    }
    // Windows of eight slabs: what was read before is trained on.
    #expect(course.step <= reads / 8 * 2 + 2)
  }
}
