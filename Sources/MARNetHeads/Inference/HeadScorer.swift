// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Scores blocks of standardised visual rows with trained heads; one a worker.
///
/// Every call works on a block of the same number of rows, padded by its caller, so that the
/// products have one shape and a row's bits do not depend on how many rows there are.
package final class HeadScorer {
  /// How x_CDR is drawn.
  package struct Sampling: Sendable, Equatable {
    package var sampler: Sampler
    /// K, draws averaged.
    package var draws: Int
    package var seed: UInt64

    package init(sampler: Sampler, draws: Int, seed: UInt64) {
      self.sampler = sampler
      self.draws = draws
      self.seed = seed
    }
  }

  private let heads: TrainedHeads
  private let draws: Int
  private let blockRows: Int
  private let reconstruction: ReconstructionSampler
  private let workspace: Workspace
  private let drawn: MatrixView
  private let fusionAligned: MatrixView
  private let fusionDrawn: MatrixView
  private let logits: MatrixView
  private let fusionScratch: FusionHead.Scratch

  /// `[block rows, d]`, x_EMA.
  package let aligned: MatrixView
  /// `[block rows, Ds]`, x_CDR / b, mean of the draws.
  package let reconstructed: MatrixView
  /// `[block rows, C]` each, natural logarithms.
  package let alignmentLogProbabilities: MatrixView
  package let reconstructionLogProbabilities: MatrixView
  package let fusionLogProbabilities: MatrixView
  package let finalLogProbabilities: MatrixView

  package init(_ heads: TrainedHeads, sampling: Sampling, blockRows: Int) {
    self.heads = heads
    draws = sampling.draws
    self.blockRows = blockRows
    let dimensions = heads.architecture.dimensions
    reconstruction = ReconstructionSampler(
      denoiser: heads.denoiser, parameters: heads.parameters, dimensions: dimensions,
      sampler: sampling.sampler, textScale: heads.architecture.textScale, blockRows: blockRows,
      key: RandomKey(seed: sampling.seed))
    var workspace = Workspace()
    let alignedSlots = (0..<2).map { _ in workspace.reserve(blockRows, dimensions.aligned) }
    let textSlots = (0..<3).map { _ in workspace.reserve(blockRows, dimensions.text) }
    let classSlots = (0..<5).map { _ in workspace.reserve(blockRows, dimensions.classes) }
    let fusionSlots = heads.fusion.reserve(rows: blockRows, dimensions, in: &workspace)
    workspace.make()
    self.workspace = workspace
    (aligned, fusionAligned) = (workspace[alignedSlots[0]], workspace[alignedSlots[1]])
    (reconstructed, drawn, fusionDrawn) = (
      workspace[textSlots[0]], workspace[textSlots[1]], workspace[textSlots[2]]
    )
    alignmentLogProbabilities = workspace[classSlots[0]]
    reconstructionLogProbabilities = workspace[classSlots[1]]
    fusionLogProbabilities = workspace[classSlots[2]]
    finalLogProbabilities = workspace[classSlots[3]]
    logits = workspace[classSlots[4]]
    fusionScratch = FusionHead.Scratch(fusionSlots, in: workspace)
  }

  /// Scores one block; results stand in the views above.
  ///
  /// - Parameters:
  ///   - visual: `[block rows, Dv]`, standardised.
  ///   - rowKeys: `[block rows]`, decide each row's noise.
  package func score(_ visual: MatrixView, rowKeys: UnsafePointer<UInt64>) {
    precondition(
      visual.rowCount == blockRows, "a block has \(blockRows) rows; got \(visual.shape)")
    let parameters = heads.parameters
    heads.alignment.project(visual, with: heads.alignment.visual, into: aligned, parameters)
    heads.alignment.classifier.forward(aligned, into: logits, parameters)
    alignmentLogProbabilities.fill(0)
    Self.addSoftmax(logits, to: alignmentLogProbabilities)
    Self.logOfMean(alignmentLogProbabilities, count: 1)

    fusionAligned.copy(from: aligned)
    if let statistics = heads.fusionInput {
      FusionInputStatistics.apply(
        fusionAligned, mean: statistics.alignedMean, scale: statistics.alignedScale, parameters)
    }
    reconstructionLogProbabilities.fill(0)
    fusionLogProbabilities.fill(0)
    reconstructed.fill(0)
    reconstruction.prepare(visual)
    for draw in 0..<draws { score(draw: draw, rowKeys: rowKeys) }
    Self.logOfMean(reconstructionLogProbabilities, count: draws)
    Self.logOfMean(fusionLogProbabilities, count: draws)
    for row in 0..<blockRows {
      let mean = reconstructed.row(row)
      for column in 0..<reconstructed.columnCount { mean[column] /= Float(draws) }
    }
    combine()
  }

  private func score(draw: Int, rowKeys: UnsafePointer<UInt64>) {
    let parameters = heads.parameters
    reconstruction.draw(draw, rowKeys: rowKeys, into: drawn)
    heads.reconstruction.forward(drawn, into: logits, parameters)
    Self.addSoftmax(logits, to: reconstructionLogProbabilities)
    for row in 0..<blockRows {
      let sum = reconstructed.row(row)
      let x = drawn.row(row)
      for column in 0..<drawn.columnCount { sum[column] += x[column] }
    }
    fusionDrawn.copy(from: drawn)
    if let statistics = heads.fusionInput {
      FusionInputStatistics.apply(
        fusionDrawn, mean: statistics.reconstructedMean, scale: statistics.reconstructedScale,
        parameters)
    }
    heads.fusion.forward(
      fusionAligned, fusionDrawn, into: logits, scratch: fusionScratch, parameters)
    Self.addSoftmax(logits, to: fusionLogProbabilities)
  }

  /// The final prediction from the three heads.
  private func combine() {
    switch heads.architecture.prediction {
    case .fusion:
      finalLogProbabilities.copy(from: fusionLogProbabilities)
    case .averageOfHeads:
      let classCount = finalLogProbabilities.columnCount
      for row in 0..<blockRows {
        let out = finalLogProbabilities.row(row)
        let (a, b, c) = (
          alignmentLogProbabilities.row(row), reconstructionLogProbabilities.row(row),
          fusionLogProbabilities.row(row)
        )
        for j in 0..<classCount { out[j] = (a[j] + b[j] + c[j]) / 3 }
        var maximum = out[0]
        for j in 1..<classCount { maximum = max(maximum, out[j]) }
        var sum = 0.0
        for j in 0..<classCount { sum += exp(Double(out[j] - maximum)) }
        let logSum = maximum + Float(log(sum))
        for j in 0..<classCount { out[j] -= logSum }
      }
    }
  }

  /// `sum += softmax(logits)`, row by row; destroys `logits`.
  private static func addSoftmax(_ logits: MatrixView, to sum: MatrixView) {
    for row in 0..<logits.rowCount {
      let z = logits.row(row)
      var total = 0.0
      _ = marnet_exp_row(z, logits.columnCount, &total)
      let inverse = Float(1 / total)
      let target = sum.row(row)
      for c in 0..<logits.columnCount { target[c] += z[c] * inverse }
    }
  }

  /// `x = ln(x / count)`, bounded below where a probability underflowed.
  private static func logOfMean(_ x: MatrixView, count: Int) {
    let inverse = 1 / Float(count)
    for row in 0..<x.rowCount {
      let values = x.row(row)
      for c in 0..<x.columnCount {
        values[c] = log(max(values[c] * inverse, Float.leastNormalMagnitude))
      }
    }
  }
}
