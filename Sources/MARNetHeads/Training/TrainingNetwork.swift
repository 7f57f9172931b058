// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// A network that can be trained: parameters, and the loss with its gradient on a batch.
package protocol TrainingNetwork: AnyObject {
  var parameters: ParameterBlock { get }
  /// B: every batch has exactly as many rows.
  var batchSize: Int { get }

  /// Called before the first step of each pass over the rows.
  func beginEpoch(_ epoch: Int, pool: WorkerPool)

  /// Writes the gradient into `parameters.gradients` and returns the loss terms.
  ///
  /// - Parameter step: counts from 0 over the whole training; keys every random number.
  func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms
}

extension TrainingNetwork {
  package func beginEpoch(_ epoch: Int, pool: WorkerPool) {}
}
