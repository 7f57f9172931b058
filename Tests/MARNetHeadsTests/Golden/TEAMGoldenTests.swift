// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// TEAM against `team.json`.
@Suite struct TEAMGoldenTests {
  /// The loss, every gradient, the keyed dropout and the keyed draws of single vectors.
  @Test func singleVectorsAreTheStoredOnes() throws {
    for stored in try Golden(file: "team")["global"].items {
      let shift = try stored["shift"].int
      let options = TEAMRun.options(
        width: try stored["width"].int, dropout: try stored["dropout"].float,
        negatives: shift > 0 ? .shifted(shift) : .drawn)
      let (visual, text) = (try stored["visual"].matrix, try stored["text"].matrix)
      let run = TEAMRun(
        options, capacity: visual.rowCount + 3, width: visual.columnCount,
        key: RandomKey(seed: try stored["seed"].bits))
      try run.block.load(try stored["parameters"])
      let result = run.evaluate(
        visual, text, labels: try stored["labels"].ints.map { Int32($0) },
        weight: try stored["weight"].float, step: try stored["step"].int, threads: 2)
      let name = "TEAM-global, shift \(shift)"
      expectClose([result.value], [try stored["loss"].double], tolerance: 2e-6, name)
      expectClose(
        result.visual, try stored["gradientVisual"].matrix, tolerance: 1e-5, name + ", visual")
      expectClose(
        result.text, try stored["gradientText"].matrix, tolerance: 1e-5, name + ", text")
      try expectClose(
        run.block.named(gradients: true), try stored["gradients"], tolerance: 1e-5, name)
    }
  }

  /// Losses and gradients of a network with tokens, those of the projectors among them.
  @Test func tokensAreTheStoredOnes() throws {
    for stored in try Golden(file: "team")["tokens"].items {
      let (visual, text) = (try stored["visual"].matrix, try stored["text"].matrix)
      let targets = try stored["targets"].matrix
      let count = visual.rowCount
      let parameters = try stored["parameters"]
      let aligned = try parameters["alignment.visual.bias"].matrix.columnCount
      var networks = Networks(batchSize: count, dropout: 0)
      networks.dimensions = HeadDimensions(
        visual: visual.columnCount, text: text.columnCount, classes: targets.columnCount,
        aligned: aligned, hidden: 1, timeEmbedding: 1)
      let shape = TokenShape(
        visualCount: try stored["visualCount"].int, textCount: try stored["textCount"].int,
        visualWidth: visual.columnCount, textWidth: text.columnCount)
      networks.tokens = shape
      var options = TEAMRun.options(
        width: try stored["width"].int, negatives: .shifted(try stored["shift"].int))
      options.blockCount = try stored["blocks"].int
      let network = networks.alignment(options, weight: try stored["weight"].float)
      try network.parameters.load(parameters)
      let ones = [Float](repeating: 1, count: count)
      let fixture = BatchFixture(
        visual: visual, text: text, targets: targets, weights: ones, hasText: ones,
        labels: [Int32](repeating: -1, count: count),
        tokens: TokenFixture(
          shape, visual: try stored["visualTokens"].matrix, text: try stored["textTokens"].matrix,
          isWord: try stored["mask"].doubles.map { $0 > 0 }))
      let terms = fixture.withBatch {
        network.evaluate($0, step: 0, pool: WorkerPool(threads: 2))
      }
      expectClose(
        [terms.alignment, terms.alignmentClassification],
        [try stored["loss"].double, try stored["classification"].double], tolerance: 2e-6,
        "losses with tokens")
      // Keys meet every query alike through their bias: its exact gradient is 0.
      for (name, gradient) in network.parameters.named(gradients: true) {
        expectClose(
          gradient, try stored["gradients"][name].matrix, tolerance: 2e-5, absolute: 2e-7, name)
      }
    }
  }
}
