// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import Testing

/// Our own mistakes trap.
@Suite struct HeadsPreconditionTests {
  @Test func aNameIsGivenOnce() async {
    await #expect(processExitsWith: .failure) {
      var layout = ParameterLayout()
      _ = layout.addVector("bias", count: 1, bound: 0)
      _ = layout.addVector("bias", count: 2, bound: 0)
    }
  }

  @Test func infoNCENeedsATemperature() async {
    await #expect(processExitsWith: .failure) { print(InfoNCE(temperature: 0)) }
  }

  @Test func logitsAreNotConcatenated() async {
    await #expect(processExitsWith: .failure) {
      var layout = ParameterLayout()
      let dimensions = HeadDimensions(
        visual: 1, text: 1, classes: 1, aligned: 1, hidden: 1, timeEmbedding: 1)
      print(FusionHead(.concatenation, mode: .logit, dimensions: dimensions, in: &layout))
    }
  }

  @Test func operatorsNeedEqualWidths() async {
    await #expect(processExitsWith: .failure) {
      let (a, b) = (Matrix(rowCount: 1, columnCount: 2), Matrix(rowCount: 1, columnCount: 3))
      var out = a
      FusionOperator.addition.forward(a.view, b.view, into: out.mutableView())
    }
  }

  @Test func logitsAndTargetsHaveOneShape() async {
    await #expect(processExitsWith: .failure) {
      var logits = Matrix(rowCount: 2, columnCount: 3)
      let targets = Matrix(rowCount: 2, columnCount: 2)
      var losses: [Float] = [0, 0]
      SoftCrossEntropy.evaluate(
        logits: logits.mutableView(), targets: targets.view, weights: [1, 1], scale: 1,
        losses: &losses)
    }
  }

  @Test func schedulesHaveSteps() async {
    await #expect(processExitsWith: .failure) {
      print(try NoiseSchedule(kind: .cosine, stepCount: 0).stepCount)
    }
  }
}
