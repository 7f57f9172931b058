// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The preset `plugin`: both modules and three heads in one network.
///
///     L = CE_e + CE_c + CE_f + β L_align + γ L_MSE
///
/// H_e reads x_v', H_c and H_f read x_p / b, the denoiser's estimate from pure noise at
/// t = T − 1: no cross-entropy ever sees the text feature. These are the losses of MARNet,
/// arXiv 2407.18854, eqs. 13 and 20, and of its fusion, in one sum. Without an alignment loss
/// and with γ = 0 it is the image-only control.
package final class JointNetwork: TrainingNetwork {
  package let parameters: ParameterBlock
  package let batchSize: Int
  private let options: NetworkOptions
  private let alignment: AlignmentBranch
  private let denoiser: DenoiserBranch
  private let heads: ReconstructionHeads
  private let input: BatchInput
  private let weightGradients: WeightGradients

  package init(
    dimensions: HeadDimensions, schedule: NoiseSchedule, options: NetworkOptions, batchSize: Int,
    precision: Precision = .float32, key: RandomKey
  ) {
    var layout = ParameterLayout()
    let module = AlignmentModule(
      dimensions: dimensions, hasTextProjector: options.alignmentLoss != nil,
      slope: options.slope, in: &layout)
    let network = Denoiser(
      dimensions: dimensions, hasSkip: options.hasSkip, schedule: schedule, in: &layout)
    heads = ReconstructionHeads(
      dimensions: dimensions, batchSize: batchSize, options: options, key: key, in: &layout)
    let loss = options.bindAlignment(
      dimensions: dimensions, batchSize: batchSize, precision: precision, key: key, in: &layout)
    parameters = ParameterBlock(layout: layout, key: key, precision: precision)
    self.options = options
    self.batchSize = batchSize
    input = BatchInput(
      dimensions: dimensions, batchSize: batchSize, lossTerms: 4, options: options, key: key)
    alignment = AlignmentBranch(
      module: module, loss: loss, weight: options.alignmentWeight, dimensions: dimensions,
      batchSize: batchSize, dropout: options.dropout, key: key, firstRow: options.firstRow)
    denoiser = DenoiserBranch(
      denoiser: network, passes: options.reconstructionWeight > 0 ? .noisedAndPure : .pure,
      textScale: options.textScale, dimensions: dimensions, batchSize: batchSize,
      dropout: options.dropout, key: key, firstRow: options.firstRow)
    var weightGradients = WeightGradients(
      batchSize: batchSize, precision: precision,
      ranks: alignment.addsGradients ? SingleRank.only : options.ranks)
    alignment.register(in: &weightGradients, visual: input.visual)
    denoiser.register(in: &weightGradients, visual: input.visual)
    heads.register(in: &weightGradients)
    self.weightGradients = weightGradients
  }

  package func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms {
    let scale = batch.inverseWeight
    let reconstructionScale =
      options.reconstructionWeight
      / (max(batch.totals.pairs, 1) * options.textScale * options.textScale)
    alignment.begin(batch)
    pool.forEach(input.blocks.count) { task, _ in
      evaluate(
        batch, rows: input.blocks.range(task), step: step, scale: scale,
        reconstructionScale: reconstructionScale)
    }
    var terms = LossTerms()
    (terms.alignment, terms.textClassification) = alignment.align(
      batch, step: step, parameters, pool: pool)
    pool.forEach(input.blocks.count) { task, _ in
      let rows = input.blocks.range(task)
      alignment.finish(batch, rows: rows, step: step, parameters)
      weightGradients.pack(rows: rows)
    }
    weightGradients.run(into: parameters, pool: pool)
    alignment.complete(batch, step: step, parameters, pool: pool)
    if alignment.addsGradients { parameters.beginSum(over: options.ranks) }
    terms.alignmentClassification = input.total(0)
    terms.reconstructionClassification = input.total(1)
    terms.fusionClassification = input.total(2)
    terms.reconstruction = input.total(3)
    return terms
  }

  /// Everything of a block that does not need the other rows.
  private func evaluate(
    _ batch: TrainingBatch, rows: Range<Int>, step: Int, scale: Float, reconstructionScale: Float
  ) {
    input.gather(batch, rows: rows, step: step)
    alignment.forward(batch, visual: input.visual, rows: rows, step: step, parameters)
    alignment.classify(
      batch, input.gathered, rows: rows, step: step, scale: scale, losses: input.losses.row(0),
      parameters)
    denoiser.forward(batch, visual: input.visual, rows: rows, step: step, parameters)
    if denoiser.passes.hasNoised {
      let noised = denoiser.noised(rows)
      ReconstructionLoss.evaluate(
        predicted: noised.predicted, clean: denoiser.clean.rows(rows),
        hasText: input.gathered.hasText + rows.lowerBound, scale: reconstructionScale,
        gradient: noised.gradient, losses: input.losses.row(3) + rows.lowerBound)
    }
    let pure = denoiser.pure(rows)
    heads.evaluate(
      predicted: pure.predicted, gradient: pure.gradient, aligned: alignment.aligned.rows(rows),
      alignedGradient: alignment.alignedGradient.rows(rows), input.gathered, rows: rows, step: step,
      scale: scale, reconstructionLosses: input.losses.row(1), fusionLosses: input.losses.row(2),
      parameters)
    denoiser.backward(rows: rows, step: step, parameters)
  }
}
