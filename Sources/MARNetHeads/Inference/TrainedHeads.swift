// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The heads of a model: alignment, denoiser, reconstruction head and fusion, with all their
/// parameters in one block. Training networks hand over their parameters by name.
package struct TrainedHeads: Sendable {
  package let architecture: HeadArchitecture
  package let parameters: ParameterBlock
  package let alignment: AlignmentModule
  package let denoiser: Denoiser
  package let reconstruction: Linear
  package let fusion: FusionHead
  /// Mean and scale of x_EMA and x_CDR before fusion, where they are standardised.
  package let fusionInput: FusionInputStatistics?

  /// Heads with all parameters 0, to be filled from training or from a file.
  ///
  /// - Parameter precision: of the products.
  package init(
    _ architecture: HeadArchitecture, precision: Precision = .float32
  ) throws(NoiseSchedule.Invalid) {
    var layout = ParameterLayout()
    let parts = try Parts(architecture, in: &layout)
    alignment = parts.alignment
    denoiser = parts.denoiser
    reconstruction = parts.reconstruction
    fusion = parts.fusion
    fusionInput = parts.fusionInput
    parameters = ParameterBlock(layout: layout, precision: precision)
    self.architecture = architecture
  }

  /// Where the parameters of such heads lie, without memory for them.
  package static func layout(
    of architecture: HeadArchitecture
  ) throws(NoiseSchedule.Invalid) -> ParameterLayout {
    var layout = ParameterLayout()
    _ = try Parts(architecture, in: &layout)
    return layout
  }

  /// The parts, which say what parameters they have.
  private struct Parts {
    let alignment: AlignmentModule
    let denoiser: Denoiser
    let reconstruction: Linear
    let fusion: FusionHead
    let fusionInput: FusionInputStatistics?

    init(
      _ architecture: HeadArchitecture, in layout: inout ParameterLayout
    ) throws(NoiseSchedule.Invalid) {
      let schedule = try NoiseSchedule(
        kind: architecture.scheduleKind, stepCount: architecture.diffusionSteps)
      let dimensions = architecture.dimensions
      alignment = AlignmentModule(
        dimensions: dimensions, hasTextProjector: architecture.hasTextProjector,
        slope: architecture.slope, in: &layout)
      denoiser = Denoiser(
        dimensions: dimensions, hasSkip: architecture.hasSkip, schedule: schedule, in: &layout)
      reconstruction = Linear(
        "reconstruction.classifier", inputs: dimensions.text, outputs: dimensions.classes,
        in: &layout)
      fusion = FusionHead(
        architecture.fusionOperator, mode: architecture.fusionMode, dimensions: dimensions,
        in: &layout)
      fusionInput =
        architecture.standardisesFusionInput
        ? FusionInputStatistics(dimensions: dimensions, in: &layout) : nil
    }
  }

  /// Takes over everything that stands before the fusion classifier: it may be of another
  /// operator and so of another shape.
  package func takeBranches(from other: TrainedHeads) {
    let own = fusion.parameterNames
    parameters.copyValues(from: other.parameters) { !own.contains($0) }
  }

  /// The same heads with products of another precision; these themselves where they have it.
  package func with(_ precision: Precision) throws(NoiseSchedule.Invalid) -> TrainedHeads {
    guard parameters.packed.precision != precision else { return self }
    let result = try TrainedHeads(architecture, precision: precision)
    result.parameters.copyValues(from: parameters)
    return result
  }
}

/// Where the statistics of x_EMA and x_CDR stand in the parameter block.
package struct FusionInputStatistics: Sendable {
  package let alignedMean: ParameterSlot
  package let alignedScale: ParameterSlot
  package let reconstructedMean: ParameterSlot
  package let reconstructedScale: ParameterSlot

  init(dimensions: HeadDimensions, in layout: inout ParameterLayout) {
    let (d, ds) = (dimensions.aligned, dimensions.text)
    alignedMean = layout.addVector("fusion.aligned.mean", count: d, bound: 0)
    alignedScale = layout.addVector("fusion.aligned.scale", count: d, bound: 0)
    reconstructedMean = layout.addVector("fusion.reconstructed.mean", count: ds, bound: 0)
    reconstructedScale = layout.addVector("fusion.reconstructed.scale", count: ds, bound: 0)
  }

  /// `x = (x − mean) · scale` in place.
  package static func apply(
    _ x: MatrixView, mean: ParameterSlot, scale: ParameterSlot, _ parameters: ParameterBlock
  ) {
    let m = parameters[mean].pointer
    let s = parameters[scale].pointer
    for row in 0..<x.rowCount {
      let values = x.row(row)
      for column in 0..<x.columnCount { values[column] = (values[column] - m[column]) * s[column] }
    }
  }
}
