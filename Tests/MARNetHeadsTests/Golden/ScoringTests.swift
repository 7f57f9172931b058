// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Inference against `scoring.json`: three heads from three draws, and longer samplers.
@Suite struct ScoringTests {
  let golden: Golden
  let visual: Matrix
  let rowKeys: [UInt64]

  init() throws {
    golden = try Golden(file: "scoring")
    visual = try golden["visual"].matrix
    let raw = try golden["raw"].matrix
    rowKeys = (0..<raw.rowCount).map { row in
      raw.row(row).withUnsafeBufferPointer { RandomKey.contentRow($0) }
    }
  }

  @Test func rowsAreKeyedByTheirContent() throws {
    #expect(rowKeys == (try golden["rowKeys"].items.map { try $0.bits }))
  }

  @Test func threeHeadsAndTheirAverageAreTheStoredOnes() throws {
    let stored = try golden["plugin"]
    let heads = try TrainedHeads(
      HeadArchitecture(
        dimensions: try dimensions(), slope: 0.01, hasTextProjector: false, hasSkip: true,
        scheduleKind: .cosine, diffusionSteps: try stored["T"].int,
        textScale: try golden["textScale"].float, fusionOperator: .concatenation,
        fusionMode: .representation, standardisesFusionInput: false,
        prediction: .averageOfHeads))
    try heads.parameters.load(try stored["parameters"])
    let sampling = HeadScorer.Sampling(
      sampler: .oneStep, draws: try golden["draws"].int, seed: try golden["seed"].bits)
    let scorer = HeadScorer(heads, sampling: sampling, blockRows: visual.rowCount)
    scorer.score(visual.view, rowKeys: rowKeys)

    // One pass of five products in Float32.
    let tolerance = 3e-6
    expectClose(
      scorer.aligned.matrix(), try stored["alignedVisual"].matrix, tolerance: tolerance, "x_EMA")
    let draws = try stored["clean"].items.map { try $0.matrix }
    let mean = draws[0].values.indices.map { index in
      draws.reduce(Float(0)) { $0 + $1.values[index] } / (Float(draws.count) * 0.3)
    }
    expectClose(scorer.reconstructed.matrix().values, mean, tolerance: tolerance, "x_CDR")
    for (name, actual) in [
      ("alignment", scorer.alignmentLogProbabilities),
      ("reconstruction", scorer.reconstructionLogProbabilities),
      ("fusion", scorer.fusionLogProbabilities), ("average", scorer.finalLogProbabilities),
    ] {
      expectClose(
        actual.matrix(), try stored["logProbabilities"][name].matrix, tolerance: tolerance, name)
    }
  }

  @Test func everyDrawIsTheStoredOne() throws {
    let stored = try golden["plugin"]
    var layout = ParameterLayout()
    let dimensions = try dimensions()
    let denoiser = Denoiser(
      dimensions: dimensions, hasSkip: true,
      schedule: try NoiseSchedule(kind: .cosine, stepCount: try stored["T"].int), in: &layout)
    let block = ParameterBlock(layout: layout)
    for slot in layout.slots {
      block[slot].load(try stored["parameters"][slot.name].matrix)
    }
    block.pack()
    let sampler = ReconstructionSampler(
      denoiser: denoiser, parameters: block, dimensions: dimensions, sampler: .oneStep,
      textScale: 1, blockRows: visual.rowCount, key: RandomKey(seed: try golden["seed"].bits))
    sampler.prepare(visual.view)
    var drawn = Matrix(rowCount: visual.rowCount, columnCount: dimensions.text)
    for (number, clean) in try stored["clean"].items.enumerated() {
      sampler.draw(number, rowKeys: rowKeys, into: drawn.mutableView())
      expectClose(drawn, try clean.matrix, tolerance: 3e-6, "draw \(number)")
    }
  }

  /// Ten passes through weights that magnify: errors grow with each.
  @Test(arguments: [("ddim", Sampler.ddim(steps: 4, eta: 0)), ("ddpm", .ddpm)])
  func longerSamplersGiveTheStoredEstimate(name: String, sampler: Sampler) throws {
    let stored = try golden["sampled"]
    var layout = ParameterLayout()
    let dimensions = try dimensions()
    let denoiser = Denoiser(
      dimensions: dimensions, hasSkip: false,
      schedule: try NoiseSchedule(kind: .cosine, stepCount: try stored["T"].int), in: &layout)
    let block = ParameterBlock(layout: layout)
    try block.load(try stored["parameters"])
    let process = ReconstructionSampler(
      denoiser: denoiser, parameters: block, dimensions: dimensions, sampler: sampler,
      textScale: 1, blockRows: visual.rowCount, key: RandomKey(seed: try golden["seed"].bits))
    process.prepare(visual.view)
    var drawn = Matrix(rowCount: visual.rowCount, columnCount: dimensions.text)
    process.draw(try stored["draw"].int, rowKeys: rowKeys, into: drawn.mutableView())
    expectClose(drawn, try stored[name].matrix, tolerance: 1e-5, name)
  }

  private func dimensions() throws -> HeadDimensions {
    HeadDimensions(
      visual: try golden["Dv"].int, text: try golden["Ds"].int, classes: try golden["C"].int,
      aligned: try golden["d"].int, hidden: try golden["H"].int,
      timeEmbedding: try golden["E"].int)
  }
}
