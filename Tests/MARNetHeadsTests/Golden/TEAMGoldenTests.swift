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
}
