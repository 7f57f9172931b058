// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// An alignment loss together with its memory for one training run.
package struct BoundAlignmentLoss: Sendable {
  package let classifiesText: Bool
  package let classificationWeight: Float
  package let readsLogits: Bool
  package let spansRanks: Bool
  /// Whether the loss has parameters of its own.
  let hasParameters: Bool
  /// Whether it adds to gradients after the network has written them.
  let addsGradients: Bool
  private let run:
    @Sendable (
      AlignmentPairs, _ weight: Float, AlignmentGradients, ParameterBlock, WorkerPool
    ) -> Double
  private let add: @Sendable (AlignmentPairs, ParameterBlock, WorkerPool) -> Void

  /// Makes the memory of `loss`, and adds its parameters to `layout`.
  package init(
    _ loss: some AlignmentLoss, shape: AlignmentShape, precision: Precision, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    classifiesText = loss.classifiesText
    classificationWeight = loss.classificationWeight
    readsLogits = loss.readsLogits
    let before = layout.count
    let scratch = loss.makeScratch(shape, precision: precision, key: key, in: &layout)
    spansRanks = loss.spansRanks
    hasParameters = layout.count > before
    addsGradients = hasParameters || shape.tokens != nil
    run = { pairs, weight, gradients, parameters, pool in
      loss.evaluate(
        pairs, weight: weight, into: gradients, scratch: scratch, parameters: parameters,
        pool: pool)
    }
    add = { pairs, parameters, pool in
      loss.addProjectorGradients(pairs, scratch: scratch, parameters: parameters, pool: pool)
    }
  }

  /// See `AlignmentLoss.evaluate`.
  package func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    run(pairs, weight, gradients, parameters, pool)
  }

  /// See `AlignmentLoss.addProjectorGradients`.
  package func addProjectorGradients(
    _ pairs: AlignmentPairs, parameters: ParameterBlock, pool: WorkerPool
  ) {
    add(pairs, parameters, pool)
  }
}
