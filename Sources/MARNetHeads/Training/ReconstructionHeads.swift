// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// H_c on x_p / b and H_f on [x_v' ; x_p / b] in the joint network, with their backward
/// passes into x_p and x_v'.
final class ReconstructionHeads: Sendable {
  let reconstruction: Linear
  let fusion: Linear
  private let workspace: Workspace
  private let scaled: MatrixView
  private let scaledGradient: MatrixView
  private let fusionInput: MatrixView
  private let fusionGradient: MatrixView
  private let reconstructionLogits: MatrixView
  private let fusionLogits: MatrixView
  private let inverseScale: Float
  private let dropout: Dropout

  init(
    dimensions: HeadDimensions, batchSize: Int, options: NetworkOptions, key: RandomKey,
    in layout: inout ParameterLayout
  ) {
    reconstruction = Linear(
      "reconstruction.classifier", inputs: dimensions.text, outputs: dimensions.classes,
      in: &layout)
    fusion = Linear(
      "fusion.classifier", inputs: dimensions.aligned + dimensions.text,
      outputs: dimensions.classes, in: &layout)
    var workspace = Workspace()
    let text = (0..<2).map { _ in workspace.reserve(batchSize, dimensions.text) }
    let joined = (0..<2).map { _ in
      workspace.reserve(batchSize, dimensions.aligned + dimensions.text)
    }
    let logits = (0..<2).map { _ in workspace.reserve(batchSize, dimensions.classes) }
    workspace.make()
    self.workspace = workspace
    (scaled, scaledGradient) = (workspace[text[0]], workspace[text[1]])
    (fusionInput, fusionGradient) = (workspace[joined[0]], workspace[joined[1]])
    (reconstructionLogits, fusionLogits) = (workspace[logits[0]], workspace[logits[1]])
    inverseScale = 1 / options.textScale
    dropout = Dropout(
      probability: options.dropout, key: key, purpose: RandomPurpose.reconstructionDropout,
      offset: options.firstRow)
  }

  func register(in gradients: inout WeightGradients) {
    gradients.add(reconstruction, outputGradient: reconstructionLogits, input: scaled)
    gradients.add(fusion, outputGradient: fusionLogits, input: fusionInput)
  }

  /// Both cross-entropies of a block of rows. `alignedGradient` is added to; `gradient`, of
  /// x_p, is overwritten.
  func evaluate(
    predicted: MatrixView, gradient: MatrixView, aligned: MatrixView,
    alignedGradient: MatrixView, _ targets: GatheredTargets, rows: Range<Int>, step: Int,
    scale: Float, reconstructionLosses: UnsafeMutablePointer<Float>,
    fusionLosses: UnsafeMutablePointer<Float>, _ parameters: ParameterBlock
  ) {
    let x = scaled.rows(rows)
    let joined = fusionInput.rows(rows)
    let split = aligned.columnCount
    let textColumns = split..<joined.columnCount
    for row in 0..<rows.count {
      let source = predicted.row(row)
      let target = x.row(row)
      for column in 0..<x.columnCount { target[column] = source[column] * inverseScale }
      joined.row(row).update(from: aligned.row(row), count: split)
    }
    dropout.apply(
      x, into: joined.columns(textColumns), step: step, firstRow: rows.lowerBound)

    let zc = reconstructionLogits.rows(rows)
    reconstruction.forward(x, into: zc, parameters)
    SoftCrossEntropy.evaluate(
      logits: zc, targets: targets.targets.rows(rows),
      weights: targets.weights + rows.lowerBound, scale: scale,
      losses: reconstructionLosses + rows.lowerBound)
    let zf = fusionLogits.rows(rows)
    fusion.forward(joined, into: zf, parameters)
    SoftCrossEntropy.evaluate(
      logits: zf, targets: targets.targets.rows(rows),
      weights: targets.weights + rows.lowerBound, scale: scale,
      losses: fusionLosses + rows.lowerBound)

    let dx = scaledGradient.rows(rows)
    reconstruction.inputGradient(zc, into: dx, parameters)
    let dJoined = fusionGradient.rows(rows)
    fusion.inputGradient(zf, into: dJoined, parameters)
    let dText = dJoined.columns(textColumns)
    dropout.apply(dText, into: dText, step: step, firstRow: rows.lowerBound)
    for row in 0..<rows.count {
      let sum = alignedGradient.row(row)
      let part = dJoined.row(row)
      for column in 0..<split { sum[column] += part[column] }
      let target = gradient.row(row)
      let own = dx.row(row)
      let fused = dText.row(row)
      for column in 0..<dx.columnCount {
        target[column] = (own[column] + fused[column]) * inverseScale
      }
    }
  }
}
