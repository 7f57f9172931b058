// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// L2-regularised multinomial logistic regression (L-BFGS) whose strength is chosen on
/// held-out rows from a finer and wider grid than the probe's.
package enum TunedLogistic {
  /// Values of c, ascending.
  package static let grid = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10]

  /// The c with the lowest negative log-likelihood on held-out rows; the lowest of equals.
  package static func chooseC(
    _ rows: PreparedRows, heldOut: HeldOutRows, pool: WorkerPool,
    checkpoint: () throws -> Void
  ) throws -> Double {
    let (space, regression) = try regression(rows, pool: pool)
    let path = try regression.path(grid, stop: .coarse, checkpoint: checkpoint)
    var best = (c: grid[0], loss: Double.infinity)
    for (c, solution) in zip(grid, path) {
      let loss = RowMetrics.sum(
        RowMetrics.nll(
          probe(solution, space, c).logProbabilities(of: heldOut.rows.visual, pool: pool),
          labels: heldOut.labels), weights: heldOut.weights)
      if loss < best.loss { best = (c, loss) }
    }
    return best.c
  }

  /// Fits on all labelled rows.
  package static func fit(
    _ rows: PreparedRows, c: Double, pool: WorkerPool, checkpoint: () throws -> Void
  ) throws -> Probe {
    let (space, regression) = try regression(rows, pool: pool)
    return probe(try regression.solve(c: c, stop: .exact, checkpoint: checkpoint), space, c)
  }

  private static func regression(
    _ rows: PreparedRows, pool: WorkerPool
  ) throws -> (PrincipalSpace, LogisticRegression) {
    let labelled = rows.labelledRows
    let images = try rows.visualMatrix(at: labelled, pool: pool)
    let space = PrincipalSpace(SampleRows(images), pool: pool)
    return (
      space,
      LogisticRegression(
        space, rows: Array(labelled.indices), labels: labelled.map { rows.labels[$0] },
        classCount: rows.classCount, classWeights: rows.classWeights, pool: pool)
    )
  }

  private static func probe(
    _ solution: LogisticRegression.Solution, _ space: PrincipalSpace, _ c: Double
  ) -> Probe {
    Probe(weights: space.weightsOnFeatures(solution.weights), bias: solution.bias, c: c)
  }
}
