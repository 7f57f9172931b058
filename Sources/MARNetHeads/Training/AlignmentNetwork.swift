// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Stage 1 of the preset `paper`: L_EMA = CE + β L_ITA (MARNet, arXiv 2407.18854, eq. 13).
/// Without an alignment loss it is the image-only network that stands beside MARNet.
package final class AlignmentNetwork: TrainingNetwork {
  package let parameters: ParameterBlock
  package let batchSize: Int
  private let branch: AlignmentBranch
  private let workspace: Workspace
  private let visual: MatrixView
  private let gathered: GatheredTargets
  private let losses: MatrixView
  private let blocks: RowBlocks
  private let visualDropout: Dropout
  private let weightGradients: WeightGradients

  package init(
    dimensions: HeadDimensions, loss: InfoNCE?, lossWeight: Float, slope: Float, dropout: Float,
    batchSize: Int, key: RandomKey
  ) {
    var layout = ParameterLayout()
    let module = AlignmentModule(
      dimensions: dimensions, hasTextProjector: loss != nil, slope: slope, in: &layout)
    parameters = ParameterBlock(layout: layout, key: key)
    self.batchSize = batchSize
    var workspace = Workspace()
    let visual = workspace.reserve(batchSize, dimensions.visual)
    let gathered = GatheredTargets.reserve(
      rows: batchSize, classes: dimensions.classes, in: &workspace)
    let losses = workspace.reserve(1, batchSize)
    workspace.make()
    self.workspace = workspace
    self.visual = workspace[visual]
    self.gathered = GatheredTargets(gathered, in: workspace)
    self.losses = workspace[losses]
    blocks = RowBlocks(rowCount: batchSize)
    branch = AlignmentBranch(
      module: module, loss: loss, weight: lossWeight, dimensions: dimensions,
      batchSize: batchSize, dropout: dropout, key: key)
    visualDropout = Dropout(
      probability: dropout, key: key, purpose: RandomPurpose.visualDropout)
    var weightGradients = WeightGradients()
    branch.register(in: &weightGradients, visual: self.visual)
    self.weightGradients = weightGradients
  }

  package func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms {
    let scale = batch.inverseWeight
    branch.begin(batch)
    pool.forEach(blocks.count) { task, _ in
      let rows = blocks.range(task)
      gathered.gather(batch, rows)
      for row in rows {
        let source = batch.rows[row]
        visualDropout.apply(
          batch.visual.rows(source..<source + 1), into: visual.rows(row..<row + 1), step: step,
          firstRow: row)
      }
      branch.forward(batch, visual: visual, rows: rows, step: step, parameters)
      branch.classify(
        gathered, rows: rows, step: step, scale: scale, losses: losses.pointer, parameters)
    }
    var terms = LossTerms()
    terms.alignment = branch.align(pool: pool)
    pool.forEach(blocks.count) { task, _ in branch.finish(batch, rows: blocks.range(task)) }
    weightGradients.run(into: parameters, pool: pool)
    terms.alignmentClassification = losses.rowTotal(0)
    return terms
  }
}

extension MatrixView {
  /// The sum of a row in Double, first to last.
  func rowTotal(_ row: Int) -> Double {
    var sum = 0.0
    let values = self.row(row)
    for column in 0..<columnCount { sum += Double(values[column]) }
    return sum
  }
}
