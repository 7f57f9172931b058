// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// What a training step draws, by purpose: masks, time steps and noises of step 0.
@Suite struct KeyedDrawTests {
  @Test(arguments: ["full", "masked"])
  func drawsOfTheFirstStepAreTheStoredOnes(name: String) throws {
    let golden = try Golden(file: "joint_curve")
    let stored = try golden["cases"][name]
    let seen = try stored["intermediates"]
    let key = RandomKey(seed: try stored["seed"].bits)
    let (rows, text) = (try golden["B"].int, try golden["Ds"].int)

    let dropout = Dropout(
      probability: try golden["dropout"].float, key: key, purpose: RandomPurpose.visualDropout)
    var mask = Matrix(rowCount: rows, columnCount: try golden["Dv"].int, repeating: 1)
    dropout.apply(mask.view, into: mask.mutableView(), step: 0, firstRow: 0)
    #expect(mask == (try seen["imageMask"].matrix))

    let tag = RandomKey.tag(purpose: RandomPurpose.timestep)
    let timesteps = (0..<rows).map {
      key.integer(below: 50, rowKey: RandomKey.trainingRow(step: 0, row: $0), tag: tag)
    }
    #expect(timesteps == (try seen["timesteps"].ints))

    for (array, purpose) in [
      ("noise", RandomPurpose.forwardNoise), ("pureNoise", RandomPurpose.pureNoise),
    ] {
      var noise = Matrix(rowCount: rows, columnCount: text)
      let view = noise.mutableView()
      for row in 0..<rows {
        key.fillNormal(
          view.row(row), count: text, rowKey: RandomKey.trainingRow(step: 0, row: row),
          tag: RandomKey.tag(purpose: purpose))
      }
      expectClose(noise, try seen[array].matrix, tolerance: 1e-6, array)
    }
  }
}
