// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// The alignment module (the paper's EMA): projectors into a shared space and a classifier.
///
///     x_v' = LReLU(E_v x_v),  x_s' = LReLU(E_s x_s)
///     ŷ    = softmax(cls_v(x_v'))
///
/// (MARNet, arXiv 2407.18854, eqs. 5 and 6; ŷ is what MARNet, eq. 12, holds against y). E_s and
/// x_s exist at training time only.
package struct AlignmentModule: Sendable {
  package let visual: Linear
  /// Nil when no alignment loss is trained: then nothing would move it.
  package let text: Linear?
  package let classifier: Linear
  /// Slope of LeakyReLU below 0.
  package let slope: Float

  package init(
    dimensions: HeadDimensions, hasTextProjector: Bool, slope: Float,
    in layout: inout ParameterLayout
  ) {
    visual = Linear(
      "alignment.visual", inputs: dimensions.visual, outputs: dimensions.aligned,
      hasInputGradient: false, in: &layout)
    text =
      hasTextProjector
      ? Linear(
        "alignment.text", inputs: dimensions.text, outputs: dimensions.aligned,
        hasInputGradient: false, in: &layout)
      : nil
    classifier = Linear(
      "alignment.classifier", inputs: dimensions.aligned, outputs: dimensions.classes,
      in: &layout)
    self.slope = slope
  }

  /// `aligned = LReLU(projector features)`: `[rows, D] -> [rows, d]`.
  package func project(
    _ features: MatrixView, with projector: Linear, into aligned: MatrixView,
    _ parameters: ParameterBlock
  ) {
    projector.product(features, into: aligned, parameters)
    guard let bias = projector.bias else { return }
    let b = parameters[bias].pointer
    for row in 0..<aligned.rowCount {
      marnet_bias_leaky_relu(aligned.row(row), b, aligned.columnCount, slope)
    }
  }

  /// Multiplies `gradient` by the activation's derivative at `aligned`.
  package func activationGradient(_ gradient: MatrixView, at aligned: MatrixView) {
    for row in 0..<gradient.rowCount {
      marnet_leaky_relu_gradient(
        gradient.row(row), aligned.row(row), gradient.columnCount, slope)
    }
  }
}
