// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The alignment module and the denoiser on one batch: cross-entropy on x_v', InfoNCE, and
/// the squared error of one noised pass, without the heads on x_CDR. Other implementations
/// are timed on this step, whose products are 15.0 GFLOP at the default sizes.
final class PairNetwork: TrainingNetwork {
  let parameters: ParameterBlock
  let batchSize: Int
  private let input: BatchInput
  private let alignment: AlignmentBranch
  private let denoiser: DenoiserBranch
  private let weightGradients: WeightGradients

  init(
    dimensions: HeadDimensions, schedule: NoiseSchedule, batchSize: Int, precision: Precision
  ) {
    let key = RandomKey(seed: 1)
    var layout = ParameterLayout()
    let module = AlignmentModule(
      dimensions: dimensions, hasTextProjector: true, slope: 0.01, in: &layout)
    let network = Denoiser(
      dimensions: dimensions, hasSkip: false, schedule: schedule, in: &layout)
    let loss = BoundAlignmentLoss(
      InfoNCE(temperature: 0.07),
      shape: AlignmentShape(
        pairCount: batchSize, width: dimensions.aligned, classCount: dimensions.classes),
      precision: precision, key: key, in: &layout)
    parameters = ParameterBlock(layout: layout, key: key, precision: precision)
    self.batchSize = batchSize
    input = BatchInput(
      dimensions: dimensions, batchSize: batchSize, lossTerms: 2,
      options: NetworkOptions(), key: key)
    alignment = AlignmentBranch(
      module: module, loss: loss, weight: 1, dimensions: dimensions, batchSize: batchSize,
      dropout: 0, key: key)
    denoiser = DenoiserBranch(
      denoiser: network, passes: .noised, textScale: 1, dimensions: dimensions,
      batchSize: batchSize, dropout: 0, key: key)
    var weightGradients = WeightGradients(batchSize: batchSize, precision: precision)
    alignment.register(in: &weightGradients, visual: input.visual)
    denoiser.register(in: &weightGradients, visual: input.visual)
    self.weightGradients = weightGradients
  }

  func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms {
    let scale = batch.inverseWeight
    alignment.begin(batch)
    pool.forEach(input.blocks.count) { task, _ in
      let rows = input.blocks.range(task)
      input.gather(batch, rows: rows, step: step)
      alignment.forward(batch, visual: input.visual, rows: rows, step: step, parameters)
      alignment.classify(
        batch, input.gathered, rows: rows, step: step, scale: scale, losses: input.losses.row(0),
        parameters)
      denoiser.forward(batch, visual: input.visual, rows: rows, step: step, parameters)
      let noised = denoiser.noised(rows)
      ReconstructionLoss.evaluate(
        predicted: noised.predicted, clean: denoiser.clean.rows(rows),
        hasText: input.gathered.hasText + rows.lowerBound, scale: 1 / Float(batchSize),
        gradient: noised.gradient, losses: input.losses.row(1) + rows.lowerBound)
      denoiser.backward(rows: rows, step: step, parameters)
    }
    var terms = LossTerms()
    terms.alignment = alignment.align(batch, step: step, parameters, pool: pool).alignment
    pool.forEach(input.blocks.count) { task, _ in
      let rows = input.blocks.range(task)
      alignment.finish(batch, rows: rows, step: step, parameters)
      weightGradients.pack(rows: rows)
    }
    weightGradients.run(into: parameters, pool: pool)
    terms.alignmentClassification = input.total(0)
    terms.reconstruction = input.total(1)
    return terms
  }
}
