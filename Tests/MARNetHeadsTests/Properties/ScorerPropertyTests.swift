// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// What holds of scores whatever the parameters are.
@Suite struct ScorerPropertyTests {
  let dimensions = HeadDimensions(
    visual: 9, text: 7, classes: 4, aligned: 12, hidden: 16, timeEmbedding: 6)

  private func heads(
    _ fusionOperator: FusionOperator = .concatenation, _ mode: FusionHead.Mode = .representation,
    staged: Bool = false
  ) throws -> TrainedHeads {
    let heads = try TrainedHeads(
      HeadArchitecture(
        dimensions: dimensions, slope: 0.01, hasTextProjector: true, hasSkip: true,
        scheduleKind: .cosine, diffusionSteps: 10, textScale: 0.3,
        fusionOperator: fusionOperator, fusionMode: mode, standardisesFusionInput: staged,
        prediction: staged ? .fusion : .averageOfHeads))
    let block = heads.parameters
    for (number, slot) in block.layout.slots.enumerated() {
      block[slot].load(
        Seeded.uniform(slot.rowCount, slot.columnCount, bound: 0.5, seed: UInt64(number)))
    }
    block.pack()
    return heads
  }

  static let samplers = [
    Sampler.oneStep, .noiseless, .ddim(steps: 4, eta: 0), .ddim(steps: 4, eta: 0.7), .ddpm,
  ]

  @Test(arguments: samplers)
  func aRowDoesNotDependOnItsNeighbours(sampler: Sampler) throws {
    let scorer = HeadScorer(
      try heads(), sampling: .init(sampler: sampler, draws: 3, seed: 5), blockRows: 6)
    let visual = Seeded.normal(6, 9, seed: 1)
    let keys: [UInt64] = [10, 11, 12, 13, 14, 15]
    scorer.score(visual.view, rowKeys: keys)
    let before = results(scorer)
    let order = [3, 1, 5, 0, 4, 2]
    let shuffled = visual.rows(at: order)
    scorer.score(shuffled.view, rowKeys: order.map { keys[$0] })
    #expect(results(scorer) == before.map { $0.rows(at: order) })
    // Row 2 among rows of zeros.
    var lone = Matrix(rowCount: 6, columnCount: 9)
    for column in 0..<9 { lone[2, column] = visual[2, column] }
    scorer.score(lone.view, rowKeys: [0, 0, 12, 0, 0, 0])
    #expect(results(scorer).map { $0.row(2) } == before.map { $0.row(2) })
  }

  @Test func probabilitiesSumToOne() throws {
    let scorer = HeadScorer(
      try heads(), sampling: .init(sampler: .oneStep, draws: 5, seed: 5), blockRows: 6)
    let visual = Seeded.normal(6, 9, seed: 1)
    scorer.score(visual.view, rowKeys: [1, 2, 3, 4, 5, 6])
    for view in [
      scorer.alignmentLogProbabilities, scorer.reconstructionLogProbabilities,
      scorer.fusionLogProbabilities, scorer.finalLogProbabilities,
    ] {
      for row in 0..<6 {
        let sum = view.matrix().row(row).reduce(0.0) { $0 + exponential(Double($1)) }
        #expect(abs(sum - 1) < 1e-5)
      }
    }
  }

  @Test func seedsAndKeysDecideTheDraw() throws {
    let heads = try heads()
    let visual = Seeded.normal(2, 9, seed: 1)
    func drawn(seed: UInt64, keys: [UInt64]) -> Matrix {
      let scorer = HeadScorer(
        heads, sampling: .init(sampler: .oneStep, draws: 1, seed: seed), blockRows: 2)
      scorer.score(visual.view, rowKeys: keys)
      return scorer.reconstructed.matrix()
    }
    #expect(drawn(seed: 1, keys: [1, 2]) == drawn(seed: 1, keys: [1, 2]))
    #expect(drawn(seed: 1, keys: [1, 2]) != drawn(seed: 2, keys: [1, 2]))
    #expect(drawn(seed: 1, keys: [1, 2]).row(0) != drawn(seed: 1, keys: [3, 2]).row(0))
    #expect(drawn(seed: 1, keys: [1, 2]).row(1) == drawn(seed: 1, keys: [3, 2]).row(1))
  }

  @Test(arguments: FusionKind.all)
  func stagedFusionReadsStandardisedFeatures(kind: FusionKind) throws {
    let heads = try heads(kind.fusionOperator, kind.mode, staged: true)
    let statistics = try #require(heads.fusionInput)
    let scorer = HeadScorer(
      heads, sampling: .init(sampler: .oneStep, draws: 1, seed: 5), blockRows: 6)
    let visual = Seeded.normal(6, 9, seed: 1)
    scorer.score(visual.view, rowKeys: [1, 2, 3, 4, 5, 6])
    #expect(scorer.finalLogProbabilities.matrix() == scorer.fusionLogProbabilities.matrix())

    func standardised(_ x: MatrixView, _ mean: ParameterSlot, _ scale: ParameterSlot) -> Matrix {
      var result = x.matrix()
      for row in 0..<result.rowCount {
        for column in 0..<result.columnCount {
          result[row, column] =
            (result[row, column] - heads.parameters[mean].pointer[column])
            * heads.parameters[scale].pointer[column]
        }
      }
      return result
    }
    let a = standardised(scorer.aligned, statistics.alignedMean, statistics.alignedScale)
    let x = standardised(
      scorer.reconstructed, statistics.reconstructedMean, statistics.reconstructedScale)
    var workspace = Workspace()
    let scratch = heads.fusion.reserve(rows: 6, dimensions, in: &workspace)
    let logits = workspace.reserve(6, 4)
    workspace.make()
    heads.fusion.forward(
      a.view, x.view, into: workspace[logits], scratch: FusionHead.Scratch(scratch, in: workspace),
      heads.parameters)
    expectClose(
      scorer.fusionLogProbabilities.matrix(), logSoftmax(workspace[logits].matrix()),
      tolerance: 1e-5, "\(kind)")
  }

  @Test func theImageOnlyHeadIsItsProjectorAndClassifier() throws {
    let heads = try heads()
    let head = ImageOnlyHead(dimensions: dimensions, slope: 0.01)
    head.parameters.copyValues(from: heads.parameters)
    let scorer = HeadScorer(
      heads, sampling: .init(sampler: .oneStep, draws: 1, seed: 5), blockRows: 6)
    let visual = Seeded.normal(6, 9, seed: 1)
    scorer.score(visual.view, rowKeys: [1, 2, 3, 4, 5, 6])
    var aligned = Matrix(rowCount: 6, columnCount: 12)
    var result = Matrix(rowCount: 6, columnCount: 4)
    head.logProbabilities(
      visual.view, aligned: aligned.mutableView(), into: result.mutableView())
    expectClose(
      result, scorer.alignmentLogProbabilities.matrix(), tolerance: 1e-6, absolute: 1e-6)
  }

  /// Without diffusion nothing is drawn: neither seed, nor key, nor draw has an effect, and the
  /// denoiser sees 0 at its first step.
  @Test func theNoiselessSamplerDrawsNothing() throws {
    let heads = try heads()
    let visual = Seeded.normal(4, 9, seed: 1)
    func drawn(seed: UInt64, draws: Int, keys: [UInt64]) -> [Matrix] {
      let scorer = HeadScorer(
        heads, sampling: .init(sampler: .noiseless, draws: draws, seed: seed), blockRows: 4)
      scorer.score(visual.view, rowKeys: keys)
      return [scorer.reconstructed.matrix(), scorer.reconstructionLogProbabilities.matrix()]
    }
    let first = drawn(seed: 1, draws: 1, keys: [1, 2, 3, 4])
    #expect(drawn(seed: 2, draws: 1, keys: [9, 2, 7, 7]) == first)
    for (one, other) in zip(drawn(seed: 2, draws: 3, keys: [9, 2, 7, 7]), first) {
      expectClose(one, other, tolerance: 1e-5)
    }
    var workspace = Workspace()
    let slots = DenoiserActivations.reserve(rows: 4, dimensions, in: &workspace)
    let (condition, skip) = (workspace.reserve(4, 16), workspace.reserve(4, 7))
    workspace.make()
    let activations = DenoiserActivations(slots, in: workspace)
    heads.denoiser.prepare(
      visual: visual.view, condition: workspace[condition], skip: workspace[skip],
      heads.parameters)
    activations.input.fill(0)
    for row in 0..<4 { heads.denoiser.writeTime(0, into: activations.input.row(row)) }
    heads.denoiser.forward(
      activations, condition: workspace[condition], skip: workspace[skip], heads.parameters,
      dropout: nil)
    // x_CDR / b.
    var expected = activations.predictedClean.matrix()
    for row in 0..<4 { for column in 0..<7 { expected[row, column] /= 0.3 } }
    expectClose(first[0], expected, tolerance: 1e-5)
  }

  private func results(_ scorer: HeadScorer) -> [Matrix] {
    [
      scorer.aligned, scorer.reconstructed, scorer.alignmentLogProbabilities,
      scorer.reconstructionLogProbabilities, scorer.fusionLogProbabilities,
      scorer.finalLogProbabilities,
    ].map { $0.matrix() }
  }
}
