// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The rows of a batch that have text, packed to the front, and the alignment loss on them.
final class AlignedPairs: @unchecked Sendable {
  let loss: BoundAlignmentLoss
  /// Dropped-out x_s, `[up to B, Ds]`.
  let text: MatrixView
  /// x_s', `[up to B, d]`.
  let alignedText: MatrixView
  /// Of the loss; `text` then of the text projector's output.
  let gradients: AlignmentGradients
  /// Position of a batch row among the rows that have text; as many rows + 1.
  let positions: PairPositions
  private let alignedVisual: MatrixView
  private let visualLogits: MatrixView
  private let textLogits: MatrixView
  private let textWeights: UnsafeMutablePointer<Float>
  private let textLosses: MatrixView
  private let labels: UnsafeMutablePointer<Int32>
  /// Row of the data of each pair.
  private let sources: UnsafeMutablePointer<Int>
  private let workspace: Workspace
  private let weight: Float
  private let textDropout: Dropout
  private let alignedTextDropout: Dropout
  /// 1 / Σ weights of the labelled rows with text.
  private var textScale: Float = 0

  init(
    _ loss: BoundAlignmentLoss, weight: Float, dimensions: HeadDimensions, batchSize: Int,
    dropout: Float, key: RandomKey, firstRow: Int
  ) {
    self.loss = loss
    self.weight = weight
    positions = PairPositions(rowCount: batchSize)
    let logitRows = loss.readsLogits ? batchSize : 0
    var workspace = Workspace()
    let text = workspace.reserve(batchSize, dimensions.text)
    let packed = (0..<4).map { _ in workspace.reserve(batchSize, dimensions.aligned) }
    let logits = (0..<4).map { _ in workspace.reserve(logitRows, dimensions.classes) }
    let vectors = (0..<2).map { _ in workspace.reserve(1, batchSize) }
    workspace.make()
    self.workspace = workspace
    self.text = workspace[text]
    alignedText = workspace[packed[0]]
    alignedVisual = workspace[packed[1]]
    visualLogits = workspace[logits[0]]
    textLogits = workspace[logits[1]]
    gradients = AlignmentGradients(
      visual: workspace[packed[2]], text: workspace[packed[3]],
      visualLogits: workspace[logits[2]], textLogits: workspace[logits[3]])
    textWeights = workspace[vectors[0]].pointer
    textLosses = workspace[vectors[1]]
    labels = .allocate(capacity: batchSize)
    labels.initialize(repeating: -1, count: batchSize)
    sources = .allocate(capacity: batchSize)
    sources.initialize(repeating: 0, count: batchSize)
    textDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.textDropout, offset: firstRow)
    alignedTextDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.alignedTextDropout, offset: firstRow)
  }

  deinit {
    labels.deallocate()
    sources.deallocate()
  }

  func begin(_ batch: TrainingBatch) {
    positions.fill(batch)
    for (row, source) in batch.rows.enumerated() where batch.hasText[source] > 0 {
      labels[positions[row]] = batch.labels[source]
      sources[positions[row]] = source
    }
    textScale = 1 / max(batch.totals.textWeight, 1e-6)
    // Rows beyond the pairs still stand in the weight gradient's sum: they must add nothing.
    let unused = positions.pairCount..<text.rowCount
    gradients.text.rows(unused).fill(0)
    text.rows(unused).fill(0)
  }

  /// x_s' of the rows that have text, and x_v' beside it.
  func forward(
    _ batch: TrainingBatch, aligned: MatrixView, rows: Range<Int>, step: Int,
    module: AlignmentModule, _ parameters: ParameterBlock
  ) {
    guard let projector = module.text else { return }
    for row in rows where batch.hasText[batch.rows[row]] > 0 {
      let pair = positions[row]
      let one = pair..<pair + 1
      let source = batch.rows[row]
      textDropout.apply(
        batch.text.rows(source..<source + 1), into: text.rows(one), step: step, firstRow: row)
      alignedVisual.rows(one).copy(from: aligned.rows(row..<row + 1))
    }
    let packed = positions.range(rows)
    guard !packed.isEmpty else { return }
    module.project(
      text.rows(packed), with: projector, into: alignedText.rows(packed), parameters)
  }

  /// Keeps the images' logits for the loss, before cross-entropy replaces them.
  func takeVisualLogits(_ batch: TrainingBatch, _ logits: MatrixView, rows: Range<Int>) {
    for row in rows where batch.hasText[batch.rows[row]] > 0 {
      visualLogits.row(positions[row]).update(
        from: logits.row(row - rows.lowerBound), count: logits.columnCount)
    }
  }

  /// Logits of the text rows of a block; their cross-entropy where the loss asks for it.
  func classifyText(
    _ batch: TrainingBatch, _ targets: GatheredTargets, _ classifier: ClassifierRows,
    rows: Range<Int>, step: Int, module: AlignmentModule, _ parameters: ParameterBlock
  ) {
    let input = classifier.textInput(rows)
    let z = classifier.textLogits(rows)
    input.fill(0)
    for row in rows {
      let present = batch.hasText[batch.rows[row]] > 0
      textWeights[row] = present && loss.classifiesText ? targets.weights[row] : 0
      guard present else { continue }
      let (pair, at) = (positions[row], row - rows.lowerBound)
      alignedTextDropout.apply(
        alignedText.rows(pair..<pair + 1), into: input.rows(at..<at + 1), step: step,
        firstRow: row)
    }
    module.classifier.forward(input, into: z, parameters)
    if loss.readsLogits {
      for row in rows where batch.hasText[batch.rows[row]] > 0 {
        textLogits.row(positions[row]).update(
          from: z.row(row - rows.lowerBound), count: z.columnCount)
      }
    }
    SoftCrossEntropy.evaluate(
      logits: z, targets: targets.targets.rows(rows), weights: textWeights + rows.lowerBound,
      scale: textScale, losses: textLosses.pointer + rows.lowerBound)
  }

  /// The sum of the text rows' cross-entropy.
  var textClassification: Double { textLosses.rowTotal(0) }

  private func pairs(
    _ batch: TrainingBatch, step: Int, module: AlignmentModule
  ) -> AlignmentPairs {
    let all = 0..<positions.pairCount
    let logits = loss.readsLogits ? all : 0..<0
    return AlignmentPairs(
      visual: alignedVisual.rows(all), text: alignedText.rows(all),
      visualLogits: visualLogits.rows(logits), textLogits: textLogits.rows(logits),
      labels: labels, step: step, rankCounts: batch.totals.rankPairs,
      tokens: batch.tokens.map { PairTokens(views: $0, rows: sources, module: module) })
  }

  func evaluate(
    _ batch: TrainingBatch, step: Int, module: AlignmentModule, _ parameters: ParameterBlock,
    pool: WorkerPool
  ) -> Double {
    let all = 0..<positions.pairCount
    let logits = loss.readsLogits ? all : 0..<0
    // A mean over this rank's pairs is its share of the mean over those of all ranks.
    let share =
      loss.spansRanks || batch.totals.pairs == Float(all.count)
      ? 1 : Float(all.count) / batch.totals.pairs
    return loss.evaluate(
      pairs(batch, step: step, module: module), weight: weight * share,
      into: AlignmentGradients(
        visual: gradients.visual.rows(all), text: gradients.text.rows(all),
        visualLogits: gradients.visualLogits.rows(logits),
        textLogits: gradients.textLogits.rows(logits)),
      parameters: parameters, pool: pool)
  }

  /// Once the weight gradients of the network stand.
  func addProjectorGradients(
    _ batch: TrainingBatch, step: Int, module: AlignmentModule, _ parameters: ParameterBlock,
    pool: WorkerPool
  ) {
    loss.addProjectorGradients(
      pairs(batch, step: step, module: module), parameters: parameters, pool: pool)
  }

  func addVisualLogitGradients(
    _ batch: TrainingBatch, to logits: MatrixView, rows: Range<Int>
  ) {
    for row in rows where batch.hasText[batch.rows[row]] > 0 {
      let (sum, part) = (
        logits.row(row - rows.lowerBound), gradients.visualLogits.row(positions[row])
      )
      for c in 0..<logits.columnCount { sum[c] += part[c] }
    }
  }

  /// From the text logits' gradients back to x_s'.
  func finishText(
    _ batch: TrainingBatch, _ classifier: ClassifierRows, rows: Range<Int>, step: Int,
    module: AlignmentModule, _ parameters: ParameterBlock
  ) {
    let z = classifier.textLogits(rows)
    let back = classifier.textGradient(rows)
    if loss.readsLogits {
      for row in rows where batch.hasText[batch.rows[row]] > 0 {
        let (sum, part) = (
          z.row(row - rows.lowerBound), gradients.textLogits.row(positions[row])
        )
        for c in 0..<z.columnCount { sum[c] += part[c] }
      }
    }
    module.classifier.inputGradient(z, into: back, parameters)
    alignedTextDropout.apply(back, into: back, step: step, firstRow: rows.lowerBound)
    for row in rows where batch.hasText[batch.rows[row]] > 0 {
      let (sum, part) = (
        gradients.text.row(positions[row]), back.row(row - rows.lowerBound)
      )
      for column in 0..<back.columnCount { sum[column] += part[column] }
    }
  }
}
