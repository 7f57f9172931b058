// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

/// Noise on rows that are scored.
@Suite struct KeyedRowsTests {
  private let pool = WorkerPool(threads: 2)
  private let key = RandomKey(seed: 4)
  private let raw = Seeded.normal(150, 40, seed: 3)

  private func rows(_ raw: Matrix) -> KeyedRows {
    // Columns of N(0, 1): near enough to the statistics of the rows.
    let standardizer = Standardizer(
      mean: [Float](repeating: 0, count: 40), scale: [Float](repeating: 1, count: 40))
    return KeyedRows(raw: raw, standardizer: standardizer, pool: pool)
  }

  @Test func noNoiseChangesNothing() {
    let clean = rows(raw)
    #expect(clean.adding(noise: 0, key: key).visual == clean.visual)
  }

  @Test(arguments: [0.1, 1, 3]) func noiseHasTheDeviation(deviation: Double) {
    let clean = rows(raw)
    let noisy = clean.adding(noise: deviation, key: key)
    #expect(noisy.keys == clean.keys)
    let noise = zip(noisy.visual.values, clean.visual.values).map { Double($0) - Double($1) }
    // 6,000 numbers: the deviation is known to one in a hundred.
    #expect(abs(rootMeanSquare(noise) / deviation - 1) < 0.04)
    #expect(abs(noise.reduce(0, +) / Double(noise.count)) < 0.06 * deviation)
  }

  /// The same row gets the same noise wherever it stands; other rows, columns and keys another.
  @Test func noiseBelongsToTheRow() {
    let whole = rows(raw).adding(noise: 1, key: key)
    let order = [149, 3, 3, 77]
    let some = rows(raw.rows(at: order)).adding(noise: 1, key: key)
    #expect(some.visual == whole.visual.rows(at: order))
    #expect(rows(raw).adding(noise: 1, key: RandomKey(seed: 5)).visual != whole.visual)
    let clean = rows(raw)
    let noise = (0..<150).map { row in
      zip(whole.visual.row(row), clean.visual.row(row)).map { $0 - $1 }
    }
    #expect(Set(noise.flatMap { $0 }).count > 5_900)
  }
}
