// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Memory of one forward pass of the denoiser over `rows` rows.
package struct DenoiserActivations: Sendable {
  /// `[rows, Ds + E]`: noisy text and time embedding.
  package let input: MatrixView
  /// `[rows, H]` each: the activation's input, then its derivative there.
  package let derivatives: HiddenLayers
  /// `[rows, H]` each: after activation and dropout.
  package let activated: HiddenLayers
  /// `[rows, Ds]`: x̂₀.
  package let predictedClean: MatrixView

  package struct Slots: Sendable {
    let input: Workspace.Slot
    let derivatives: [Workspace.Slot]
    let activated: [Workspace.Slot]
    let predictedClean: Workspace.Slot
  }

  package static func reserve(
    rows: Int, _ dimensions: HeadDimensions, in workspace: inout Workspace
  ) -> Slots {
    Slots(
      input: workspace.reserve(rows, dimensions.text + dimensions.timeEmbedding),
      derivatives: (0..<HiddenLayers.count).map { _ in workspace.reserve(rows, dimensions.hidden) },
      activated: (0..<HiddenLayers.count).map { _ in workspace.reserve(rows, dimensions.hidden) },
      predictedClean: workspace.reserve(rows, dimensions.text))
  }

  package init(_ slots: Slots, in workspace: Workspace) {
    input = workspace[slots.input]
    derivatives = HiddenLayers { workspace[slots.derivatives[$0]] }
    activated = HiddenLayers { workspace[slots.activated[$0]] }
    predictedClean = workspace[slots.predictedClean]
  }

  private init(
    input: MatrixView, derivatives: HiddenLayers, activated: HiddenLayers,
    predictedClean: MatrixView
  ) {
    self.input = input
    self.derivatives = derivatives
    self.activated = activated
    self.predictedClean = predictedClean
  }

  package func rows(_ range: Range<Int>) -> DenoiserActivations {
    DenoiserActivations(
      input: input.rows(range), derivatives: derivatives.rows(range),
      activated: activated.rows(range), predictedClean: predictedClean.rows(range))
  }
}

/// Memory of one backward pass of the denoiser; shapes as in `DenoiserActivations`.
package struct DenoiserGradients: Sendable {
  package let hidden: HiddenLayers
  package let predictedClean: MatrixView
  /// `[batch rows, H]` and `[batch rows, Ds]`: summed over passes.
  package let condition: MatrixView
  package let skip: MatrixView

  package struct Slots: Sendable {
    let hidden: [Workspace.Slot]
    let predictedClean: Workspace.Slot
    let condition: Workspace.Slot
    let skip: Workspace.Slot
  }

  package static func reserve(
    rows: Int, batchRows: Int, _ dimensions: HeadDimensions, in workspace: inout Workspace
  ) -> Slots {
    let hidden = (0..<HiddenLayers.count).map { _ in
      workspace.reserve(rows, dimensions.hidden)
    }
    let predictedClean = workspace.reserve(rows, dimensions.text)
    // The sum over a single pass is that pass.
    let isSingle = rows == batchRows
    return Slots(
      hidden: hidden, predictedClean: predictedClean,
      condition: isSingle ? hidden[0] : workspace.reserve(batchRows, dimensions.hidden),
      skip: isSingle ? predictedClean : workspace.reserve(batchRows, dimensions.text))
  }

  package init(_ slots: Slots, in workspace: Workspace) {
    hidden = HiddenLayers { workspace[slots.hidden[$0]] }
    predictedClean = workspace[slots.predictedClean]
    condition = workspace[slots.condition]
    skip = workspace[slots.skip]
  }

  private init(
    hidden: HiddenLayers, predictedClean: MatrixView, condition: MatrixView, skip: MatrixView
  ) {
    self.hidden = hidden
    self.predictedClean = predictedClean
    self.condition = condition
    self.skip = skip
  }

  package func rows(_ range: Range<Int>, batchRows: Range<Int>) -> DenoiserGradients {
    DenoiserGradients(
      hidden: hidden.rows(range), predictedClean: predictedClean.rows(range),
      condition: condition.rows(batchRows), skip: skip.rows(batchRows))
  }
}
