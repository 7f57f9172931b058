// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Stage 1 of the preset `paper`: L_EMA = CE + β L_ITA (MARNet, arXiv 2407.18854, eq. 13).
/// Without an alignment loss it is the image-only network that stands beside MARNet.
package final class AlignmentNetwork: TrainingNetwork {
  package let parameters: ParameterBlock
  package let batchSize: Int
  private let branch: AlignmentBranch
  private let input: BatchInput
  private let weightGradients: WeightGradients
  private let ranks: any RankGroup

  package init(
    dimensions: HeadDimensions, options: NetworkOptions, batchSize: Int,
    precision: Precision = .float32, key: RandomKey
  ) {
    var layout = ParameterLayout()
    let module = AlignmentModule(
      dimensions: dimensions, hasTextProjector: options.alignmentLoss != nil,
      slope: options.slope, in: &layout)
    let loss = options.bindAlignment(
      dimensions: dimensions, batchSize: batchSize, precision: precision, key: key, in: &layout)
    parameters = ParameterBlock(layout: layout, key: key, precision: precision)
    self.batchSize = batchSize
    ranks = options.ranks
    input = BatchInput(
      dimensions: dimensions, batchSize: batchSize, lossTerms: 1, options: options, key: key)
    branch = AlignmentBranch(
      module: module, loss: loss, weight: options.alignmentWeight, dimensions: dimensions,
      batchSize: batchSize, dropout: options.dropout, key: key, firstRow: options.firstRow)
    var weightGradients = WeightGradients(
      batchSize: batchSize, precision: precision,
      ranks: branch.addsGradients ? SingleRank.only : options.ranks)
    branch.register(in: &weightGradients, visual: input.visual)
    self.weightGradients = weightGradients
  }

  package func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms {
    let scale = batch.inverseWeight
    branch.begin(batch)
    pool.forEach(input.blocks.count) { task, _ in
      let rows = input.blocks.range(task)
      input.gather(batch, rows: rows, step: step)
      branch.forward(batch, visual: input.visual, rows: rows, step: step, parameters)
      branch.classify(
        batch, input.gathered, rows: rows, step: step, scale: scale,
        losses: input.losses.pointer, parameters)
    }
    var terms = LossTerms()
    (terms.alignment, terms.textClassification) = branch.align(
      batch, step: step, parameters, pool: pool)
    pool.forEach(input.blocks.count) { task, _ in
      let rows = input.blocks.range(task)
      branch.finish(batch, rows: rows, step: step, parameters)
      weightGradients.pack(rows: rows)
    }
    weightGradients.run(into: parameters, pool: pool)
    branch.complete(batch, step: step, parameters, pool: pool)
    if branch.addsGradients { parameters.beginSum(over: ranks) }
    terms.alignmentClassification = input.total(0)
    return terms
  }
}
