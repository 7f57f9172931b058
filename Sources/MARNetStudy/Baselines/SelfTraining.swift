// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// Targets of image-only self-training: rows without a label are taught what the probe on
/// x_v predicts for them. No text takes part.
package enum SelfTraining {
  package static func trainingRows(
    _ rows: PreparedRows, probe: Probe, pool: WorkerPool
  ) throws -> TrainingRows {
    let predicted = probe.logProbabilities(
      of: try rows.visualMatrix(pool: pool), pool: pool)
    var targets = LogProbabilities.probabilities(predicted)
    for (row, label) in rows.labels.enumerated() where label >= 0 {
      for c in 0..<rows.classCount { targets[row, c] = c == Int(label) ? 1 : 0 }
    }
    return TrainingRows(
      rows, targets: .table(targets), weights: [Float](repeating: 1, count: rows.rowCount))
  }
}
