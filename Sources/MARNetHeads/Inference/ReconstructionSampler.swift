// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Draws x_CDR / b for blocks of rows, with memory of its own: one a worker.
package final class ReconstructionSampler {
  package let process: ReverseProcess
  private let parameters: ParameterBlock
  private let workspace: Workspace
  private let activations: DenoiserActivations
  private let condition: MatrixView
  private let skip: MatrixView
  private let noise: MatrixView
  /// The first layer's part of each visited step, and memory to compute it.
  private let time: MatrixView
  private let timeInput: MatrixView
  private let inverseScale: Float

  package init(
    denoiser: Denoiser, parameters: ParameterBlock, dimensions: HeadDimensions, sampler: Sampler,
    textScale: Float, blockRows: Int, key: RandomKey
  ) {
    process = ReverseProcess(denoiser: denoiser, sampler: sampler, key: key)
    self.parameters = parameters
    var workspace = Workspace()
    let activations = DenoiserActivations.reserve(rows: blockRows, dimensions, in: &workspace)
    let condition = workspace.reserve(blockRows, dimensions.hidden)
    let skip = workspace.reserve(blockRows, dimensions.text)
    let noise = workspace.reserve(blockRows, dimensions.text)
    let stepCount = process.visitedSteps.count
    let time = workspace.reserve(stepCount, dimensions.hidden)
    let timeInput = workspace.reserve(stepCount, dimensions.text + dimensions.timeEmbedding)
    workspace.make()
    self.workspace = workspace
    self.activations = DenoiserActivations(activations, in: workspace)
    self.condition = workspace[condition]
    self.skip = workspace[skip]
    self.noise = workspace[noise]
    self.time = workspace[time]
    self.timeInput = workspace[timeInput]
    inverseScale = 1 / textScale
  }

  /// Computes what depends on the images or on the steps alone; `visual` `[block rows, Dv]`, standardised.
  package func prepare(_ visual: MatrixView) {
    process.denoiser.prepare(
      visual: visual, condition: condition, skip: skip, parameters)
    process.denoiser.prepare(
      steps: process.visitedSteps, scratch: timeInput, into: time, parameters)
  }

  /// One draw for the prepared rows, into `target` `[block rows, Ds]`.
  ///
  /// - Parameter observe: called at every visited step with its place among them; `target` then
  ///   holds x̂₀ / b of that step.
  package func draw(
    _ draw: Int, rowKeys: UnsafePointer<UInt64>, into target: MatrixView,
    observe: ((_ index: Int) -> Void)? = nil
  ) {
    process.sample(
      activations, condition: condition, skip: skip, time: time, rowKeys: rowKeys, draw: draw,
      noise: noise, parameters,
      observe: observe.map { observe in
        { index in
          self.unscale(into: target)
          observe(index)
        }
      })
    unscale(into: target)
  }

  /// x̂₀ / b of the step that came last.
  private func unscale(into target: MatrixView) {
    for row in 0..<target.rowCount {
      marnet_scale(
        activations.predictedClean.row(row), target.row(row), target.columnCount, inverseScale)
    }
  }
}
