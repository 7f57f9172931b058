// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Losses and their gradients against `losses.json`.
@Suite struct LossTests {
  @Test func infoNCEIsTheStoredOne() throws {
    for stored in try Golden(file: "losses")["infoNCE"].items {
      let (u, v) = (try stored["visual"].matrix, try stored["text"].matrix)
      let loss = InfoNCE(temperature: try stored["tau"].float)
      let result = evaluate(loss, u, v)
      let name = "InfoNCE \(u.view.shape)"
      // Similarities reach 1 / 0.07 = 14: Float32 leaves 1e-6 of them, as much in exp's.
      expectClose([result.value], [try stored["loss"].double], tolerance: 2e-6, name)
      try compare(
        result.visual, try stored["gradientVisual"].matrix, zero: try stored["zeroRows"].items,
        name + " visual")
      expectClose(
        result.text, try stored["gradientText"].matrix, tolerance: 1e-5, absolute: 1e-10,
        name + " text")
    }
  }

  /// A zero row's gradient is that of a division by 1e-8 and dwarfs the others: it is compared
  /// by itself.
  private func compare(
    _ actual: Matrix, _ expected: Matrix, zero: [Golden], _ name: String
  ) throws {
    let zeroRows = try zero.map { try $0.int }
    let others = (0..<actual.rowCount).filter { !zeroRows.contains($0) }
    // Rows of one column have one direction: their exact gradient is 0.
    expectClose(
      actual.rows(at: others), expected.rows(at: others), tolerance: 1e-5, absolute: 1e-10,
      name)
    expectClose(
      actual.rows(at: zeroRows), expected.rows(at: zeroRows), tolerance: 1e-5, name + ", zero")
  }

  @Test func softCrossEntropyIsTheStoredOne() throws {
    for stored in try Golden(file: "losses")["softCrossEntropy"].items {
      var logits = try stored["logits"].matrix
      let targets = try stored["targets"].matrix
      let weights = try stored["weights"].floats
      var shares = [Float](repeating: .nan, count: logits.rowCount)
      SoftCrossEntropy.evaluate(
        logits: logits.mutableView(), targets: targets.view, weights: weights,
        scale: 1 / max(weights.reduce(0, +), 1e-6), losses: &shares)
      let total = shares.reduce(0.0) { $0 + Double($1) }
      expectClose([total], [try stored["loss"].double], tolerance: 1e-6, "cross-entropy")
      expectClose(logits, try stored["gradient"].matrix, tolerance: 2e-6, "gradient")
    }
  }

  @Test func reconstructionErrorIsTheStoredOne() throws {
    for stored in try Golden(file: "losses")["maskedMSE"].items {
      let (predicted, target) = (try stored["predicted"].matrix, try stored["target"].matrix)
      let hasText = try stored["hasText"].floats
      let b = try stored["textScale"].float
      var gradient = Matrix(
        rowCount: predicted.rowCount, columnCount: predicted.columnCount, repeating: .nan)
      var shares = [Float](repeating: .nan, count: predicted.rowCount)
      ReconstructionLoss.evaluate(
        predicted: predicted.view, clean: target.view, hasText: hasText,
        scale: 1 / (max(hasText.reduce(0, +), 1) * b * b), gradient: gradient.mutableView(),
        losses: &shares)
      let total = shares.reduce(0.0) { $0 + Double($1) }
      expectClose([total], [try stored["loss"].double], tolerance: 1e-6, "squared error")
      expectClose(gradient, try stored["gradient"].matrix, tolerance: 1e-6, "gradient")
    }
  }
}

/// InfoNCE with memory of its own.
func evaluate(
  _ loss: InfoNCE, _ visual: Matrix, _ text: Matrix, weight: Float = 1, threads: Int = 2
)
  -> (value: Double, visual: Matrix, text: Matrix)
{
  var (du, dv) = (visual, text)
  let value = loss.evaluate(
    visual: visual.view, text: text.view, weight: weight, visualGradient: du.mutableView(),
    textGradient: dv.mutableView(),
    scratch: loss.scratch(rowCount: visual.rowCount, width: visual.columnCount),
    pool: WorkerPool(threads: threads))
  return (value, du, dv)
}

extension InfoNCE {
  /// Float32 memory of its own; the loss has no parameters.
  func scratch(rowCount: Int, width: Int) -> InfoNCEScratch {
    var layout = ParameterLayout()
    return makeScratch(
      AlignmentShape(pairCount: rowCount, width: width, classCount: 2), precision: .float32,
      key: RandomKey(seed: 0), in: &layout)
  }
}
