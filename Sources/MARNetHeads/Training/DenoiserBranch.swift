// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Training of the denoiser on a batch: one pass over noised text, one from pure noise, or
/// both stacked in one product (rows of a block: its noised rows, then its pure rows).
/// Noised text is the forward process in one step (MARNet, arXiv 2407.18854, eqs. 14 to 16).
package final class DenoiserBranch: Sendable {
  /// Which passes a step makes.
  package enum Passes: Sendable {
    /// x_t at uniform t: for the reconstruction error (and, in the preset `paper`, for the
    /// cross-entropy).
    case noised
    /// x_t = 0 at t = 0, for the same losses: the network without diffusion.
    case still
    /// N(0, I) at t = T − 1: for a cross-entropy that never sees the text.
    case pure
    case noisedAndPure

    var count: Int { self == .noisedAndPure ? 2 : 1 }
    var hasNoised: Bool { self != .pure }
    var hasPure: Bool { self == .pure || self == .noisedAndPure }
  }

  let denoiser: Denoiser
  let passes: Passes
  /// b x_s, `[B, Ds]`.
  package let clean: MatrixView
  private let workspace: Workspace
  private let activations: DenoiserActivations
  private let gradients: DenoiserGradients
  private let condition: MatrixView
  private let skip: MatrixView
  private let textScale: Float
  private let key: RandomKey
  private let firstRow: Int
  private let dropouts: [Dropout]
  private static let pureRow = 0x8000_0000

  /// - Parameter firstRow: place in the whole batch of the first of the `batchSize` rows.
  package init(
    denoiser: Denoiser, passes: Passes, textScale: Float, dimensions: HeadDimensions,
    batchSize: Int, dropout: Float, key: RandomKey, firstRow: Int = 0
  ) {
    let rows = batchSize * passes.count
    var workspace = Workspace()
    let activations = DenoiserActivations.reserve(rows: rows, dimensions, in: &workspace)
    let gradients = DenoiserGradients.reserve(
      rows: rows, batchRows: batchSize, dimensions, in: &workspace)
    let condition = workspace.reserve(batchSize, dimensions.hidden)
    let skip = workspace.reserve(batchSize, dimensions.text)
    let clean = workspace.reserve(batchSize, dimensions.text)
    workspace.make()
    self.denoiser = denoiser
    self.passes = passes
    self.workspace = workspace
    self.activations = DenoiserActivations(activations, in: workspace)
    self.gradients = DenoiserGradients(gradients, in: workspace)
    self.condition = workspace[condition]
    self.skip = workspace[skip]
    self.clean = workspace[clean]
    self.textScale = textScale
    self.key = key
    self.firstRow = firstRow
    dropouts = RandomPurpose.hiddenDropout.map {
      Dropout(probability: dropout, key: key, purpose: $0, offset: firstRow)
    }
  }

  /// Registers the weight gradients of a step; `visual` is the dropped-out image `[B, Dv]`.
  package func register(in all: inout WeightGradients, visual: MatrixView) {
    all.add(
      denoiser.input, outputGradient: gradients.hidden[0], input: activations.input)
    all.add(denoiser.condition, outputGradient: gradients.condition, input: visual)
    for (index, layer) in denoiser.hidden.enumerated() {
      all.add(
        layer, outputGradient: gradients.hidden[index + 1], input: activations.activated[index])
    }
    all.add(
      denoiser.output, outputGradient: gradients.predictedClean, input: activations.activated[2])
    if let skip = denoiser.skip {
      all.add(skip, outputGradient: gradients.skip, input: visual)
    }
  }

  /// x̂₀ of the noised pass for a block of batch rows, and its gradient.
  package func noised(_ rows: Range<Int>) -> (predicted: MatrixView, gradient: MatrixView) {
    let at = rows.lowerBound * passes.count
    let range = at..<at + rows.count
    return (activations.predictedClean.rows(range), gradients.predictedClean.rows(range))
  }

  /// x̂₀ of the pass from pure noise for a block of batch rows, and its gradient.
  func pure(_ rows: Range<Int>) -> (predicted: MatrixView, gradient: MatrixView) {
    let at = rows.lowerBound * passes.count + (passes.hasNoised ? rows.count : 0)
    let range = at..<at + rows.count
    return (activations.predictedClean.rows(range), gradients.predictedClean.rows(range))
  }

  /// Forward diffusion fused with the draw of its noise, then the network.
  package func forward(
    _ batch: TrainingBatch, visual: MatrixView, rows: Range<Int>, step: Int,
    _ parameters: ParameterBlock
  ) {
    denoiser.prepare(
      visual: visual.rows(rows), condition: condition.rows(rows), skip: skip.rows(rows),
      parameters)
    let all = stacked(rows)
    let block = activations.rows(all)
    for (offset, row) in rows.enumerated() {
      let rowKey = RandomKey.trainingRow(step: step, row: firstRow + row)
      if passes.hasNoised {
        diffuse(batch, row: row, rowKey: rowKey, into: block.input.row(offset))
      }
      if passes.hasPure {
        let target = block.input.row(offset + (passes.hasNoised ? rows.count : 0))
        key.fillNormal(
          target, count: denoiser.textWidth, rowKey: rowKey,
          tag: RandomKey.tag(purpose: RandomPurpose.pureNoise))
        denoiser.writeTime(denoiser.schedule.stepCount - 1, into: target)
      }
    }
    denoiser.forward(
      block, condition: condition.rows(rows), skip: skip.rows(rows), parameters
    ) { layer, activation in
      self.dropHidden(layer, activation, rows: rows, step: step)
    }
  }

  /// From the gradients of x̂₀ to those of every layer.
  package func backward(rows: Range<Int>, step: Int, _ parameters: ParameterBlock) {
    let all = stacked(rows)
    denoiser.backward(
      gradients.rows(all, batchRows: rows), activations: activations.rows(all), parameters
    ) { layer, gradient in
      dropHidden(layer, gradient, rows: rows, step: step)
    }
  }

  private func stacked(_ rows: Range<Int>) -> Range<Int> {
    rows.lowerBound * passes.count..<rows.upperBound * passes.count
  }

  /// x_t = √ᾱ_t b x_s + √(1 − ᾱ_t) ε at a t drawn for the row (MARNet, eq. 15); 0 without
  /// diffusion.
  private func diffuse(
    _ batch: TrainingBatch, row: Int, rowKey: UInt64, into target: UnsafeMutablePointer<Float>
  ) {
    let width = denoiser.textWidth
    let source = batch.text.row(batch.rows[row])
    let scaled = clean.row(row)
    if passes == .still {
      for column in 0..<width { scaled[column] = textScale * source[column] }
      target.update(repeating: 0, count: width)
      denoiser.writeTime(0, into: target)
      return
    }
    let t = key.integer(
      below: denoiser.schedule.stepCount, rowKey: rowKey,
      tag: RandomKey.tag(purpose: RandomPurpose.timestep))
    let signal = Float(denoiser.schedule.alphaBar[t].squareRoot())
    let spread = Float((1 - denoiser.schedule.alphaBar[t]).squareRoot())
    key.fillNormal(
      target, count: width, rowKey: rowKey,
      tag: RandomKey.tag(purpose: RandomPurpose.forwardNoise))
    for column in 0..<width {
      scaled[column] = textScale * source[column]
      target[column] = signal * scaled[column] + spread * target[column]
    }
    denoiser.writeTime(t, into: target)
  }

  private func dropHidden(_ layer: Int, _ values: MatrixView, rows: Range<Int>, step: Int) {
    var at = 0
    if passes.hasNoised {
      let noised = values.rows(0..<rows.count)
      dropouts[layer].apply(noised, into: noised, step: step, firstRow: rows.lowerBound)
      at = rows.count
    }
    if passes.hasPure {
      let pure = values.rows(at..<at + rows.count)
      dropouts[layer].apply(
        pure, into: pure, step: step, firstRow: rows.lowerBound | Self.pureRow)
    }
  }
}
