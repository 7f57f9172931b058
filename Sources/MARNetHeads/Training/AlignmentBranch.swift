// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Training of the alignment module on a batch: cross-entropy on dropped-out x_v' and,
/// between the rows that have text, the alignment loss. Shared by stage 1 of the preset
/// `paper`, the image-only networks and the joint network.
///
/// The pieces are called in the order they are declared: `forward` and `classify` on each
/// block of rows, then `align` once (its loss couples all rows), then `finish` on each block.
package final class AlignmentBranch: Sendable {
  let module: AlignmentModule
  /// x_v' `[B, d]`.
  let aligned: MatrixView
  /// ∂L/∂x_v', then through the activation, `[B, d]`.
  let alignedGradient: MatrixView
  private let workspace: Workspace
  private let droppedAligned: MatrixView
  private let logits: MatrixView
  private let pairs: Pairs?
  private let weight: Float
  private let alignedDropout: Dropout
  private let textDropout: Dropout

  /// Rows that have text, packed to the front, `[up to B, ...]`.
  private struct Pairs: Sendable {
    let loss: InfoNCE
    let scratch: InfoNCE.Scratch
    let text: MatrixView
    let alignedText: MatrixView
    let alignedVisual: MatrixView
    let visualGradient: MatrixView
    let textGradient: MatrixView
    /// Position of a batch row among the rows that have text; as many rows + 1.
    let positions: PairPositions
  }

  package init(
    module: AlignmentModule, loss: InfoNCE?, weight: Float, dimensions: HeadDimensions,
    batchSize: Int, dropout: Float, precision: Precision, key: RandomKey
  ) {
    var workspace = Workspace()
    let aligned = workspace.reserve(batchSize, dimensions.aligned)
    let gradient = workspace.reserve(batchSize, dimensions.aligned)
    let dropped = workspace.reserve(batchSize, dimensions.aligned)
    let logits = workspace.reserve(batchSize, dimensions.classes)
    let pairCount = loss == nil ? 0 : batchSize
    let text = workspace.reserve(pairCount, dimensions.text)
    let packed = (0..<4).map { _ in workspace.reserve(pairCount, dimensions.aligned) }
    workspace.make()
    self.module = module
    self.workspace = workspace
    self.aligned = workspace[aligned]
    alignedGradient = workspace[gradient]
    droppedAligned = workspace[dropped]
    self.logits = workspace[logits]
    self.weight = weight
    pairs = loss.map { loss in
      Pairs(
        loss: loss,
        scratch: loss.makeScratch(
          rowCount: batchSize, width: dimensions.aligned, precision: precision),
        text: workspace[text], alignedText: workspace[packed[0]],
        alignedVisual: workspace[packed[1]], visualGradient: workspace[packed[2]],
        textGradient: workspace[packed[3]], positions: PairPositions(rowCount: batchSize))
    }
    alignedDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.alignedDropout)
    textDropout = Dropout(probability: dropout, key: key, purpose: RandomPurpose.textDropout)
  }

  /// Registers the weight gradients of a step; `visual` is the dropped-out image `[B, Dv]`.
  package func register(in gradients: inout WeightGradients, visual: MatrixView) {
    gradients.add(module.visual, outputGradient: alignedGradient, input: visual)
    gradients.add(module.classifier, outputGradient: logits, input: droppedAligned)
    if let pairs, let projector = module.text {
      gradients.add(projector, outputGradient: pairs.textGradient, input: pairs.text)
    }
  }

  /// Counts the pairs; once a step, before any block.
  package func begin(_ batch: TrainingBatch) {
    guard let pairs else { return }
    pairs.positions.fill(batch)
    // Rows beyond the pairs still stand in the weight gradient's sum: they must add nothing.
    let unused = pairs.positions.pairCount..<pairs.text.rowCount
    pairs.textGradient.rows(unused).fill(0)
    pairs.text.rows(unused).fill(0)
  }

  /// x_v', and x_s' of the rows that have text.
  package func forward(
    _ batch: TrainingBatch, visual: MatrixView, rows: Range<Int>, step: Int,
    _ parameters: ParameterBlock
  ) {
    module.project(
      visual.rows(rows), with: module.visual, into: aligned.rows(rows), parameters)
    guard let pairs, let projector = module.text else { return }
    let packed = pairs.positions.range(rows)
    for row in rows where batch.hasText[batch.rows[row]] > 0 {
      let pair = pairs.positions[row]
      let one = pair..<pair + 1
      let source = batch.rows[row]
      textDropout.apply(
        batch.text.rows(source..<source + 1), into: pairs.text.rows(one), step: step,
        firstRow: row)
      pairs.alignedVisual.rows(one).copy(from: aligned.rows(row..<row + 1))
    }
    guard !packed.isEmpty else { return }
    module.project(
      pairs.text.rows(packed), with: projector, into: pairs.alignedText.rows(packed), parameters)
  }

  /// Cross-entropy of the alignment head and its part of ∂L/∂x_v'.
  package func classify(
    _ targets: GatheredTargets, rows: Range<Int>, step: Int, scale: Float,
    losses: UnsafeMutablePointer<Float>, _ parameters: ParameterBlock
  ) {
    let dropped = droppedAligned.rows(rows)
    let z = logits.rows(rows)
    alignedDropout.apply(
      aligned.rows(rows), into: dropped, step: step, firstRow: rows.lowerBound)
    module.classifier.forward(dropped, into: z, parameters)
    SoftCrossEntropy.evaluate(
      logits: z, targets: targets.targets.rows(rows), weights: targets.weights + rows.lowerBound,
      scale: scale, losses: losses + rows.lowerBound)
    let gradient = alignedGradient.rows(rows)
    module.classifier.inputGradient(z, into: gradient, parameters)
    alignedDropout.apply(gradient, into: gradient, step: step, firstRow: rows.lowerBound)
  }

  /// The alignment loss over all pairs of the batch.
  package func align(pool: WorkerPool) -> Double {
    guard let pairs else { return 0 }
    let all = 0..<pairs.positions.pairCount
    return pairs.loss.evaluate(
      visual: pairs.alignedVisual.rows(all), text: pairs.alignedText.rows(all), weight: weight,
      visualGradient: pairs.visualGradient.rows(all),
      textGradient: pairs.textGradient.rows(all), scratch: pairs.scratch, pool: pool)
  }

  /// Adds the alignment loss's gradient and goes back through the activations.
  package func finish(_ batch: TrainingBatch, rows: Range<Int>) {
    if let pairs {
      for row in rows where batch.hasText[batch.rows[row]] > 0 {
        let sum = alignedGradient.row(row)
        let part = pairs.visualGradient.row(pairs.positions[row])
        for column in 0..<aligned.columnCount { sum[column] += part[column] }
      }
      let packed = pairs.positions.range(rows)
      module.activationGradient(
        pairs.textGradient.rows(packed), at: pairs.alignedText.rows(packed))
    }
    module.activationGradient(alignedGradient.rows(rows), at: aligned.rows(rows))
  }
}
