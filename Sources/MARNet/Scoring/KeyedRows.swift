// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// Visual rows ready for the heads: standardised, each with the key of its noise.
package struct KeyedRows: Sendable {
  /// `[N, Dv]`, standardised.
  package let visual: Matrix
  /// `[N]`, hashes of the rows as they were read.
  package let keys: [UInt64]

  /// Rows of a task: as many as a processor's own cache holds beside their copy.
  private static let taskRows = 64

  /// Standardises `raw` `[N, Dv]` and keys each row by its content.
  package init(raw: Matrix, standardizer: Standardizer, pool: WorkerPool) {
    self = withExtendedLifetime(raw) {
      KeyedRows(raw: raw.view, standardizer: standardizer, pool: pool)
    }
  }

  /// Standardises `source` `[N, Dv]` and keys each row by its content.
  package init(raw source: MatrixView, standardizer: Standardizer, pool: WorkerPool) {
    let count = source.rowCount
    let tasks = (count + Self.taskRows - 1) / Self.taskRows
    var keys = [UInt64](repeating: 0, count: count)
    visual = keys.withUnsafeMutableBufferPointer { keys in
      Matrix(rowCount: count, columnCount: source.columnCount) { target in
        guard let keys = keys.baseAddress else { return }
        pool.forEach(tasks) { task, _ in
          let rows = task * Self.taskRows..<min((task + 1) * Self.taskRows, count)
          RandomKey.contentRows(source.rows(rows), into: keys + rows.lowerBound)
          target.rows(rows).copy(from: source.rows(rows))
          standardizer.apply(to: target.rows(rows))
        }
      }
    }
    self.keys = keys
  }

  package init(visual: Matrix, keys: [UInt64]) {
    self.visual = visual
    self.keys = keys
  }

  /// The rows with Gaussian noise on every standardised value, keyed by row: visual noise at
  /// test. Their keys stay.
  package func adding(noise deviation: Double, key: RandomKey) -> KeyedRows {
    guard deviation > 0 else { return self }
    var noisy = visual
    let target = noisy.mutableView()
    let tag = RandomKey.tag(purpose: RandomPurpose.testNoise)
    let noise = AlignedBuffer(count: target.columnCount)
    for row in 0..<target.rowCount {
      key.fillNormal(noise.pointer, count: noise.count, rowKey: keys[row], tag: tag)
      let values = target.row(row)
      for column in 0..<noise.count { values[column] += Float(deviation) * noise.pointer[column] }
    }
    return KeyedRows(visual: noisy, keys: keys)
  }

  /// The rows at `indices`, in that order.
  package func rows(at indices: [Int]) -> KeyedRows {
    KeyedRows(visual: visual.rows(at: indices), keys: indices.map { keys[$0] })
  }
}
