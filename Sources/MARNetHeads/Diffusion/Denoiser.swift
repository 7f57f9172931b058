// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// X_θ of the reconstruction module (the paper's CDR): predicts the clean text feature from
/// a noisy one, the diffusion step and the image (MARNet, arXiv 2407.18854, eqs. 17 to 19).
///
///     h₁ = W_in [x_t | e_t] + b + W_c x_v          the first layer of a 4-layer MLP on
///     x̂₀ = W_o a(h₃) + b_o (+ W_s x_v + b_s)       [x_t | e_t | x_v], held in two parts
///
/// with a = dropout of SiLU and h_{k+1} = W_k a(h_k) + b_k. W_c x_v and the skip depend on the
/// image alone: they are computed once and serve every step, draw and pass.
package struct Denoiser: Sendable {
  package let input: Linear
  package let condition: Linear
  package let hidden: [Linear]
  package let output: Linear
  /// Linear map of the image added to the output (preset `plugin`).
  package let skip: Linear?
  package let schedule: NoiseSchedule
  /// `[T, E]`.
  package let timeEmbedding: Matrix
  package let textWidth: Int

  package init(
    dimensions: HeadDimensions, hasSkip: Bool, schedule: NoiseSchedule,
    in layout: inout ParameterLayout
  ) {
    let noisyWidth = dimensions.text + dimensions.timeEmbedding
    let bound = 1 / Float(noisyWidth + dimensions.visual).squareRoot()
    input = Linear(
      "denoiser.input", inputs: noisyWidth, outputs: dimensions.hidden, bound: bound,
      hasInputGradient: false, in: &layout)
    condition = Linear(
      "denoiser.condition", inputs: dimensions.visual, outputs: dimensions.hidden,
      hasBias: false, bound: bound, hasInputGradient: false, in: &layout)
    hidden = (1...2).map {
      Linear(
        "denoiser.hidden\($0)", inputs: dimensions.hidden, outputs: dimensions.hidden,
        in: &layout)
    }
    output = Linear(
      "denoiser.output", inputs: dimensions.hidden, outputs: dimensions.text, in: &layout)
    skip =
      hasSkip
      ? Linear(
        "denoiser.skip", inputs: dimensions.visual, outputs: dimensions.text,
        hasInputGradient: false, in: &layout)
      : nil
    self.schedule = schedule
    timeEmbedding = TimeEmbedding.table(
      stepCount: schedule.stepCount, width: dimensions.timeEmbedding)
    textWidth = dimensions.text
  }

  /// What the denoiser needs of the image: `visual` `[rows, Dv]` -> `condition` `[rows, H]`
  /// and `skip` `[rows, Ds]`.
  package func prepare(
    visual: MatrixView, condition target: MatrixView, skip skipTarget: MatrixView,
    _ parameters: ParameterBlock
  ) {
    condition.product(visual, into: target, parameters)
    skip?.forward(visual, into: skipTarget, parameters)
  }

  /// Writes e_t behind the noisy text of one row of the input.
  @inline(__always)
  package func writeTime(_ step: Int, into row: UnsafeMutablePointer<Float>) {
    let width = timeEmbedding.columnCount
    (row + textWidth).update(from: timeEmbedding.view.row(step), count: width)
  }

  /// What the first layer makes of each of `steps`, its bias included: `[steps, H]`. All rows
  /// of a step of the reverse process share it.
  package func prepare(
    steps: [Int], scratch: MatrixView, into time: MatrixView, _ parameters: ParameterBlock
  ) {
    for (index, step) in steps.enumerated() {
      scratch.row(index).update(repeating: 0, count: textWidth)
      writeTime(step, into: scratch.row(index))
    }
    input.forward(scratch.rows(0..<steps.count), into: time, parameters)
  }

  /// Runs the MLP on `activations.input`, rows repeating over the rows of `condition`.
  ///
  /// - Parameters:
  ///   - time: a row of `prepare(steps:)`, where all rows are at one step: their embedding is
  ///     then not read from the input. Nil reads it there.
  ///   - dropout: called on each hidden activation with its layer number; nil at inference.
  package func forward(
    _ activations: DenoiserActivations, condition: MatrixView, skip skipRows: MatrixView,
    _ parameters: ParameterBlock, time: UnsafePointer<Float>? = nil,
    dropout: ((_ layer: Int, _ activation: MatrixView) -> Void)?
  ) {
    let noisy =
      time == nil ? activations.input : activations.input.columns(0..<textWidth)
    input.product(noisy, into: activations.derivatives[0], parameters)
    for layer in 0..<HiddenLayers.count {
      let linear = layer == 0 ? input : hidden[layer - 1]
      let h = activations.derivatives[layer]
      let a = activations.activated[layer]
      if layer > 0 { linear.product(activations.activated[layer - 1], into: h, parameters) }
      guard let bias = linear.bias else { preconditionFailure("hidden layers have a bias") }
      let b =
        layer == 0
        ? time ?? UnsafePointer(parameters[bias].pointer) : UnsafePointer(parameters[bias].pointer)
      for row in 0..<h.rowCount {
        let extra = layer == 0 ? condition.row(row % condition.rowCount) : nil
        marnet_bias_silu(h.row(row), b, extra, a.row(row), h.columnCount)
      }
      dropout?(layer, a)
    }
    output.forward(activations.activated[2], into: activations.predictedClean, parameters)
    guard skip != nil else { return }
    for row in 0..<activations.predictedClean.rowCount {
      marnet_add(
        skipRows.row(row % skipRows.rowCount), activations.predictedClean.row(row), textWidth)
    }
  }

  /// From ∂L/∂x̂₀ in `gradients.predictedClean` to the gradient of every hidden layer, and
  /// their sums over passes, which belong to the image-only parts.
  package func backward(
    _ gradients: DenoiserGradients, activations: DenoiserActivations,
    _ parameters: ParameterBlock, dropout: (_ layer: Int, _ gradient: MatrixView) -> Void
  ) {
    for layer in (0..<3).reversed() {
      let above = layer == 2 ? gradients.predictedClean : gradients.hidden[layer + 1]
      let linear = layer == 2 ? output : hidden[layer]
      let gradient = gradients.hidden[layer]
      linear.inputGradient(above, into: gradient, parameters)
      dropout(layer, gradient)
      for row in 0..<gradient.rowCount {
        marnet_multiply(
          activations.derivatives[layer].row(row), gradient.row(row), gradient.columnCount)
      }
    }
    Self.sumPasses(gradients.hidden[0], into: gradients.condition)
    if skip != nil { Self.sumPasses(gradients.predictedClean, into: gradients.skip) }
  }

  /// Row i of `target` is the sum of rows i, i + n, i + 2n ... of `passes`.
  private static func sumPasses(_ passes: MatrixView, into target: MatrixView) {
    let n = target.rowCount
    guard n < passes.rowCount else {
      if target != passes { target.copy(from: passes) }
      return
    }
    for row in 0..<n {
      target.row(row).update(from: passes.row(row), count: target.columnCount)
      for pass in stride(from: row + n, to: passes.rowCount, by: n) {
        marnet_add(passes.row(pass), target.row(row), target.columnCount)
      }
    }
  }
}
