// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Without diffusion, training sees what the noiseless sampler will: the image alone.
@Suite struct StillPassTests {
  @Test(arguments: [false, true]) func trainsWhatIsScored(hasSkip: Bool) throws {
    let networks = Networks(batchSize: 10, dropout: 0)
    let network = try networks.reconstruction(hasSkip: hasSkip, diffuses: false)
    let dimensions = networks.dimensions
    let visual = Seeded.normal(10, dimensions.visual, seed: 1)
    let labels = (0..<10).map { Int32($0 % 4) }
    func crossEntropy(text seed: UInt64) -> Double {
      let fixture = BatchFixture(
        visual: visual, text: Seeded.normal(10, dimensions.text, seed: seed),
        targets: Matrix(rows: labels.map { label in (0..<4).map { $0 == label ? 1 : 0 } }),
        weights: [Float](repeating: 1, count: 10), hasText: [Float](repeating: 1, count: 10))
      return fixture.withBatch {
        network.evaluate($0, step: 2, pool: WorkerPool(threads: 1))
      }.reconstructionClassification
    }
    let trained = crossEntropy(text: 2)
    #expect(crossEntropy(text: 3) == trained, "the text is only a target")
    let heads = try TrainedHeads(
      HeadArchitecture(
        dimensions: dimensions, slope: 0.01, hasTextProjector: false, hasSkip: hasSkip,
        scheduleKind: .cosine, diffusionSteps: 20, textScale: 0.5,
        fusionOperator: .concatenation, fusionMode: .representation,
        standardisesFusionInput: true, prediction: .fusion))
    heads.parameters.copyValues(from: network.parameters)
    let scorer = HeadScorer(
      heads, sampling: .init(sampler: .noiseless, draws: 1, seed: 9), blockRows: 10)
    scorer.score(visual.view, rowKeys: [UInt64](repeating: 0, count: 10))
    let scored = scorer.reconstructionLogProbabilities.matrix()
    let loss = labels.enumerated().reduce(0.0) { $0 - Double(scored[$1.0, Int($1.1)]) } / 10
    #expect(abs(loss - trained) < 1e-5)
  }
}
