// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Stage 2 of the preset `paper`: L_CDR = α₂ CE + γ MSE on the one-step estimate x̂₀ at a
/// uniform t (MARNet, arXiv 2407.18854, eq. 20), α₂ = 1, with a head of its own.
package final class ReconstructionNetwork: TrainingNetwork {
  package let parameters: ParameterBlock
  package let batchSize: Int
  private let options: NetworkOptions
  private let denoiser: DenoiserBranch
  private let head: Linear
  private let input: BatchInput
  private let workspace: Workspace
  private let scaled: MatrixView
  private let scaledGradient: MatrixView
  private let logits: MatrixView
  private let weightGradients: WeightGradients

  package init(
    dimensions: HeadDimensions, schedule: NoiseSchedule, options: NetworkOptions, batchSize: Int,
    precision: Precision = .float32, key: RandomKey
  ) {
    var layout = ParameterLayout()
    let network = Denoiser(
      dimensions: dimensions, hasSkip: options.hasSkip, schedule: schedule, in: &layout)
    head = Linear(
      "reconstruction.classifier", inputs: dimensions.text, outputs: dimensions.classes,
      in: &layout)
    parameters = ParameterBlock(layout: layout, key: key, precision: precision)
    self.options = options
    self.batchSize = batchSize
    var workspace = Workspace()
    let text = (0..<2).map { _ in workspace.reserve(batchSize, dimensions.text) }
    let logits = workspace.reserve(batchSize, dimensions.classes)
    workspace.make()
    self.workspace = workspace
    (scaled, scaledGradient) = (workspace[text[0]], workspace[text[1]])
    self.logits = workspace[logits]
    input = BatchInput(
      dimensions: dimensions, batchSize: batchSize, lossTerms: 2, options: options, key: key)
    denoiser = DenoiserBranch(
      denoiser: network, passes: options.diffuses ? .noised : .still, textScale: options.textScale,
      dimensions: dimensions,
      batchSize: batchSize, dropout: options.dropout, key: key, firstRow: options.firstRow)
    var weightGradients = WeightGradients(
      batchSize: batchSize, precision: precision, ranks: options.ranks)
    denoiser.register(in: &weightGradients, visual: input.visual)
    weightGradients.add(head, outputGradient: self.logits, input: scaled)
    self.weightGradients = weightGradients
  }

  package func evaluate(_ batch: TrainingBatch, step: Int, pool: WorkerPool) -> LossTerms {
    let scale = batch.inverseWeight
    let reconstructionScale =
      options.reconstructionWeight
      / (max(batch.totals.pairs, 1) * options.textScale * options.textScale)
    pool.forEach(input.blocks.count) { task, _ in
      let rows = input.blocks.range(task)
      evaluate(
        batch, rows: rows, step: step, scale: scale, reconstructionScale: reconstructionScale)
      weightGradients.pack(rows: rows)
    }
    weightGradients.run(into: parameters, pool: pool)
    var terms = LossTerms()
    terms.reconstructionClassification = input.total(0)
    terms.reconstruction = input.total(1)
    return terms
  }

  private func evaluate(
    _ batch: TrainingBatch, rows: Range<Int>, step: Int, scale: Float, reconstructionScale: Float
  ) {
    input.gather(batch, rows: rows, step: step)
    denoiser.forward(batch, visual: input.visual, rows: rows, step: step, parameters)
    let noised = denoiser.noised(rows)
    ReconstructionLoss.evaluate(
      predicted: noised.predicted, clean: denoiser.clean.rows(rows),
      hasText: input.gathered.hasText + rows.lowerBound, scale: reconstructionScale,
      gradient: noised.gradient, losses: input.losses.row(1) + rows.lowerBound)
    let x = scaled.rows(rows)
    let z = logits.rows(rows)
    let inverseScale = 1 / options.textScale
    for row in 0..<rows.count {
      for column in 0..<x.columnCount {
        x.row(row)[column] = noised.predicted.row(row)[column] * inverseScale
      }
    }
    head.forward(x, into: z, parameters)
    SoftCrossEntropy.evaluate(
      logits: z, targets: input.gathered.targets.rows(rows),
      weights: input.gathered.weights + rows.lowerBound, scale: scale,
      losses: input.losses.row(0) + rows.lowerBound)
    let dx = scaledGradient.rows(rows)
    head.inputGradient(z, into: dx, parameters)
    for row in 0..<rows.count {
      let gradient = noised.gradient.row(row)
      let part = dx.row(row)
      for column in 0..<dx.columnCount { gradient[column] += part[column] * inverseScale }
    }
    denoiser.backward(rows: rows, step: step, parameters)
  }
}
