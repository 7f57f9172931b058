// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Stage 3 of the preset `paper`: a fusion classifier on frozen x_EMA and sampled x_CDR (MARNet,
/// arXiv 2407.18854, eq. 24).
///
/// A batch's `visual` is standardised x_EMA `[N, d]`, its `text` standardised x_CDR
/// `[N, Ds]`, drawn afresh each epoch by the owner of the rows through `onEpoch`.
package final class FusionNetwork: TrainingNetwork {
  package let parameters: ParameterBlock
  package let batchSize: Int
  private let head: FusionHead
  private let onEpoch: @Sendable (_ epoch: Int, _ pool: WorkerPool) -> Void
  private let workspace: Workspace
  private let aligned: MatrixView
  private let reconstructed: MatrixView
  private let logits: MatrixView
  private let joinedGradient: MatrixView
  private let firstGradient: MatrixView
  private let secondGradient: MatrixView
  private let scratch: FusionHead.Scratch
  private let gathered: GatheredTargets
  /// Rows: the fused cross-entropy and, in logit mode, those of the two heads.
  private let losses: MatrixView
  private let blocks: RowBlocks
  private let alignedDropout: Dropout
  private let reconstructedDropout: Dropout
  private let weightGradients: WeightGradients

  package init(
    dimensions: HeadDimensions, fusionOperator: FusionOperator, mode: FusionHead.Mode,
    dropout: Float, batchSize: Int, precision: Precision = .float32, key: RandomKey,
    onEpoch: @escaping @Sendable (_ epoch: Int, _ pool: WorkerPool) -> Void = { _, _ in }
  ) {
    var layout = ParameterLayout()
    let head = FusionHead(fusionOperator, mode: mode, dimensions: dimensions, in: &layout)
    self.head = head
    self.onEpoch = onEpoch
    parameters = ParameterBlock(layout: layout, key: key, precision: precision)
    self.batchSize = batchSize
    var workspace = Workspace()
    let aligned = workspace.reserve(batchSize, dimensions.aligned)
    let reconstructed = workspace.reserve(batchSize, dimensions.text)
    let logits = workspace.reserve(batchSize, dimensions.classes)
    let scratch = head.reserve(rows: batchSize, dimensions, in: &workspace)
    let gathered = GatheredTargets.reserve(
      rows: batchSize, classes: dimensions.classes, in: &workspace)
    let losses = workspace.reserve(3, batchSize)
    let (joinedWidth, firstWidth, secondWidth): (Int, Int, Int)
    switch head.layers {
    case .representation(let projection, let classifier):
      (joinedWidth, firstWidth, secondWidth) = (
        classifier.weight.columnCount, dimensions.aligned,
        projection == nil ? dimensions.text : dimensions.aligned
      )
    case .logit:
      (joinedWidth, firstWidth, secondWidth) = (0, dimensions.classes, dimensions.classes)
    }
    let joinedGradient = workspace.reserve(batchSize, joinedWidth)
    let firstGradient = workspace.reserve(batchSize, firstWidth)
    let secondGradient = workspace.reserve(batchSize, secondWidth)
    workspace.make()
    self.workspace = workspace
    self.aligned = workspace[aligned]
    self.reconstructed = workspace[reconstructed]
    self.logits = workspace[logits]
    self.joinedGradient = workspace[joinedGradient]
    self.firstGradient = workspace[firstGradient]
    self.secondGradient = workspace[secondGradient]
    self.scratch = FusionHead.Scratch(scratch, in: workspace)
    self.gathered = GatheredTargets(gathered, in: workspace)
    self.losses = workspace[losses]
    blocks = RowBlocks(rowCount: batchSize)
    alignedDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.fusionAlignedDropout)
    reconstructedDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.fusionReconstructionDropout)
    var all = WeightGradients(batchSize: batchSize, precision: precision)
    switch head.layers {
    case .representation(let projection, let classifier):
      all.add(classifier, outputGradient: self.logits, input: self.scratch.joined)
      if let projection {
        all.add(projection, outputGradient: self.secondGradient, input: self.reconstructed)
      }
    case .logit(let visual, let semantic):
      all.add(visual, outputGradient: self.firstGradient, input: self.aligned)
      all.add(semantic, outputGradient: self.secondGradient, input: self.reconstructed)
    }
    weightGradients = all
  }

  package func beginEpoch(_ epoch: Int, pool: WorkerPool) { onEpoch(epoch, pool) }

  package func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms {
    let scale = batch.inverseWeight
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      evaluate(batch, rows: rows, step: step, scale: scale)
      weightGradients.pack(rows: rows)
    }
    weightGradients.run(into: parameters, pool: pool)
    var terms = LossTerms()
    terms.fusionClassification = losses.rowTotal(0)
    if case .logit = head.layers {
      terms.alignmentClassification = losses.rowTotal(1)
      terms.reconstructionClassification = losses.rowTotal(2)
    }
    return terms
  }

  private func evaluate(_ batch: TrainingBatch, rows: Range<Int>, step: Int, scale: Float) {
    gathered.gather(batch, rows)
    for row in rows {
      let source = batch.rows[row]
      let (from, to) = (source..<source + 1, row..<row + 1)
      alignedDropout.apply(
        batch.visual.rows(from), into: aligned.rows(to), step: step, firstRow: row)
      reconstructedDropout.apply(
        batch.text.rows(from), into: reconstructed.rows(to), step: step, firstRow: row)
    }
    let own = scratch.rows(rows)
    let z = logits.rows(rows)
    head.forward(
      aligned.rows(rows), reconstructed.rows(rows), into: z, scratch: own, parameters)
    crossEntropy(z, rows, scale: scale, losses: losses.row(0))
    let (da, db) = (firstGradient.rows(rows), secondGradient.rows(rows))
    switch head.layers {
    case .representation(let projection, let classifier):
      guard projection != nil else { return }
      let joined = joinedGradient.rows(rows)
      classifier.inputGradient(z, into: joined, parameters)
      head.fusionOperator.backward(joined, aligned.rows(rows), own.second, into: da, db)
    case .logit:
      head.fusionOperator.backward(z, own.first, own.second, into: da, db)
      // The heads' own cross-entropies turn their logits into gradients in place.
      crossEntropy(own.first, rows, scale: scale, losses: losses.row(1))
      crossEntropy(own.second, rows, scale: scale, losses: losses.row(2))
      for row in 0..<rows.count {
        for c in 0..<da.columnCount {
          da.row(row)[c] += own.first.row(row)[c]
          db.row(row)[c] += own.second.row(row)[c]
        }
      }
    }
  }

  private func crossEntropy(
    _ logits: MatrixView, _ rows: Range<Int>, scale: Float,
    losses: UnsafeMutablePointer<Float>
  ) {
    SoftCrossEntropy.evaluate(
      logits: logits, targets: gathered.targets.rows(rows),
      weights: gathered.weights + rows.lowerBound, scale: scale,
      losses: losses + rows.lowerBound)
  }
}
