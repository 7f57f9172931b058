// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport

/// Noisy rows whose classes show in the first columns.
struct LogisticProblem {
  let features: Matrix
  let labels: [Int32]
  let classCount: Int

  init(rowCount: Int, width: Int, classCount: Int) {
    var features = Seeded.normal(rowCount, width, seed: 21)
    // Squares leave some classes out: the first rows give each of them one.
    labels = (0..<rowCount).map { Int32(($0 < classCount ? $0 : $0 * $0) % classCount) }
    for row in 0..<rowCount { features[row, Int(labels[row]) % width] += 2 }
    self.features = features
    self.classCount = classCount
  }

  func regression(pool: WorkerPool) -> LogisticRegression {
    let rows = Array(labels.indices)
    return LogisticRegression(
      PrincipalSpace(SampleRows(features), pool: pool), rows: rows, labels: labels,
      classCount: classCount, pool: pool)
  }
}
