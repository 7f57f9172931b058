// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Training of the alignment module on a batch: cross-entropy on dropped-out x_v' and,
/// between the rows that have text, the alignment loss (MARNet, arXiv 2407.18854, eq. 13).
/// Shared by stage 1 of the preset `paper`, the image-only networks and the joint network.
///
/// The pieces are called in the order they are declared: `begin` once, `forward` and
/// `classify` on each block of rows, `align` once (its loss couples all rows), `finish` on
/// each block, and `complete` once the weight gradients stand.
package final class AlignmentBranch: Sendable {
  let module: AlignmentModule
  /// x_v' `[B, d]`.
  let aligned: MatrixView
  /// ∂L/∂x_v', then through the activation, `[B, d]`.
  let alignedGradient: MatrixView
  private let workspace: Workspace
  private let classifier: ClassifierRows
  private let pairs: AlignedPairs?
  private let alignedDropout: Dropout

  /// - Parameter firstRow: place in the whole batch of the first of the `batchSize` rows.
  package init(
    module: AlignmentModule, loss: BoundAlignmentLoss?, weight: Float,
    dimensions: HeadDimensions, batchSize: Int, dropout: Float, key: RandomKey, firstRow: Int = 0
  ) {
    var workspace = Workspace()
    let aligned = workspace.reserve(batchSize, dimensions.aligned)
    let gradient = workspace.reserve(batchSize, dimensions.aligned)
    workspace.make()
    self.module = module
    self.workspace = workspace
    self.aligned = workspace[aligned]
    alignedGradient = workspace[gradient]
    classifier = ClassifierRows(
      dimensions: dimensions, batchSize: batchSize,
      hasText: loss.map { $0.classifiesText || $0.readsLogits } ?? false)
    pairs = loss.map {
      AlignedPairs(
        $0, weight: weight, dimensions: dimensions, batchSize: batchSize, dropout: dropout,
        key: key, firstRow: firstRow)
    }
    alignedDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.alignedDropout, offset: firstRow)
  }

  /// Registers the weight gradients of a step; `visual` is the dropped-out image `[B, Dv]`.
  package func register(in gradients: inout WeightGradients, visual: MatrixView) {
    gradients.add(module.visual, outputGradient: alignedGradient, input: visual)
    gradients.add(
      module.classifier, outputGradient: classifier.logits, input: classifier.input)
    if let pairs, let projector = module.text {
      gradients.add(projector, outputGradient: pairs.gradients.text, input: pairs.text)
    }
  }

  /// Counts the pairs; once a step, before any block.
  package func begin(_ batch: TrainingBatch) { pairs?.begin(batch) }

  /// x_v', and x_s' of the rows that have text.
  package func forward(
    _ batch: TrainingBatch, visual: MatrixView, rows: Range<Int>, step: Int,
    _ parameters: ParameterBlock
  ) {
    module.project(
      visual.rows(rows), with: module.visual, into: aligned.rows(rows), parameters)
    pairs?.forward(
      batch, aligned: aligned, rows: rows, step: step, module: module, parameters)
  }

  /// Cross-entropy of the alignment head and its part of ∂L/∂x_v'; where the loss has a use
  /// for them, the text rows' logits and cross-entropy too.
  package func classify(
    _ batch: TrainingBatch, _ targets: GatheredTargets, rows: Range<Int>, step: Int,
    scale: Float, losses: UnsafeMutablePointer<Float>, _ parameters: ParameterBlock
  ) {
    let dropped = classifier.visualInput(rows)
    let z = classifier.visualLogits(rows)
    alignedDropout.apply(
      aligned.rows(rows), into: dropped, step: step, firstRow: rows.lowerBound)
    module.classifier.forward(dropped, into: z, parameters)
    if let pairs, pairs.loss.readsLogits {
      pairs.takeVisualLogits(batch, z, rows: rows)
    }
    SoftCrossEntropy.evaluate(
      logits: z, targets: targets.targets.rows(rows), weights: targets.weights + rows.lowerBound,
      scale: scale * (pairs?.loss.classificationWeight ?? 1), losses: losses + rows.lowerBound)
    if classifier.hasText {
      pairs?.classifyText(
        batch, targets, classifier, rows: rows, step: step, module: module, parameters)
    }
    // Logits that the loss reads have a gradient to come.
    if pairs?.loss.readsLogits == true {
      alignedGradient.rows(rows).fill(0)
    } else {
      propagate(z, into: alignedGradient.rows(rows), rows: rows, step: step, parameters)
    }
  }

  /// From logits' gradients to those of x_v'.
  private func propagate(
    _ logits: MatrixView, into gradient: MatrixView, rows: Range<Int>, step: Int,
    _ parameters: ParameterBlock
  ) {
    module.classifier.inputGradient(logits, into: gradient, parameters)
    alignedDropout.apply(gradient, into: gradient, step: step, firstRow: rows.lowerBound)
  }

  /// The alignment loss over all pairs of the batch, and the text rows' cross-entropy.
  package func align(
    _ batch: TrainingBatch, step: Int, _ parameters: ParameterBlock, pool: WorkerPool
  ) -> (alignment: Double, textClassification: Double) {
    guard let pairs else { return (0, 0) }
    return (
      pairs.evaluate(batch, step: step, module: module, parameters, pool: pool),
      classifier.hasText ? pairs.textClassification : 0
    )
  }

  /// Adds the alignment loss's gradient and goes back through the activations.
  package func finish(
    _ batch: TrainingBatch, rows: Range<Int>, step: Int, _ parameters: ParameterBlock
  ) {
    let own = alignedGradient.rows(rows)
    if let pairs {
      if pairs.loss.readsLogits {
        let z = classifier.visualLogits(rows)
        pairs.addVisualLogitGradients(batch, to: z, rows: rows)
        let part = classifier.visualGradient(rows)
        propagate(z, into: part, rows: rows, step: step, parameters)
        for row in 0..<rows.count { own.add(part.row(row), toRow: row) }
      }
      if classifier.hasText {
        pairs.finishText(
          batch, classifier, rows: rows, step: step, module: module, parameters)
      }
      for row in rows where batch.hasText[batch.rows[row]] > 0 {
        own.add(
          pairs.gradients.visual.row(pairs.positions[row]), toRow: row - rows.lowerBound)
      }
      let packed = pairs.positions.range(rows)
      module.activationGradient(
        pairs.gradients.text.rows(packed), at: pairs.alignedText.rows(packed))
    }
    module.activationGradient(own, at: aligned.rows(rows))
  }

  /// Whether `complete` changes gradients, so that none is final before.
  var addsGradients: Bool { pairs?.loss.addsGradients ?? false }

  /// After the weight gradients, to which a loss may add; one with parameters of its own has
  /// written gradients that their sum of squares does not know.
  package func complete(
    _ batch: TrainingBatch, step: Int, _ parameters: ParameterBlock, pool: WorkerPool
  ) {
    pairs?.addProjectorGradients(batch, step: step, module: module, parameters, pool: pool)
    if pairs?.loss.hasParameters == true { parameters.gradientSquares = nil }
  }
}

extension MatrixView {
  /// Adds `values` `[columnCount]` to one row.
  @inline(__always)
  fileprivate func add(_ values: UnsafePointer<Float>, toRow row: Int) {
    let sum = self.row(row)
    for column in 0..<columnCount { sum[column] += values[column] }
  }
}
