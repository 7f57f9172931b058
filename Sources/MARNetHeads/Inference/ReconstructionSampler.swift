// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Draws x_CDR / b for blocks of rows, with memory of its own: one a worker.
package final class ReconstructionSampler {
  private let process: ReverseProcess
  private let parameters: ParameterBlock
  private let workspace: Workspace
  private let activations: DenoiserActivations
  private let condition: MatrixView
  private let skip: MatrixView
  private let noise: MatrixView
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
    workspace.make()
    self.workspace = workspace
    self.activations = DenoiserActivations(activations, in: workspace)
    self.condition = workspace[condition]
    self.skip = workspace[skip]
    self.noise = workspace[noise]
    inverseScale = 1 / textScale
  }

  /// Computes what depends on the images alone; `visual` `[block rows, Dv]`, standardised.
  package func prepare(_ visual: MatrixView) {
    process.denoiser.prepare(
      visual: visual, condition: condition, skip: skip, parameters)
  }

  /// One draw for the prepared rows, into `target` `[block rows, Ds]`.
  package func draw(
    _ draw: Int, rowKeys: UnsafePointer<UInt64>, into target: MatrixView
  ) {
    process.sample(
      activations, condition: condition, skip: skip, rowKeys: rowKeys, draw: draw, noise: noise,
      parameters)
    for row in 0..<target.rowCount {
      let source = activations.predictedClean.row(row)
      let out = target.row(row)
      for column in 0..<target.columnCount { out[column] = source[column] * inverseScale }
    }
  }
}
