// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

@Suite struct LossGradientTests {
  static let shapes = [(1, 2), (1, 7), (5, 3), (65, 4), (140, 11)]

  @Test(arguments: shapes)
  func softCrossEntropy(shape: (Int, Int)) {
    let (rows, classes) = shape
    var logits = Seeded.normal(rows, classes, seed: 1)
    var targets = Seeded.simplex(rows, classes, seed: 2)
    targets[0, 0] += 0.5  // mass other than 1 is allowed
    let weights = (0..<rows).map { BatchFixture.Marks.masked.weight($0) }
    let scale = 1 / weights.reduce(0, +)
    var shares = [Float](repeating: 0, count: rows)
    func evaluate() -> (loss: Double, gradient: Matrix) {
      var z = logits
      SoftCrossEntropy.evaluate(
        logits: z.mutableView(), targets: targets.view, weights: weights, scale: scale,
        losses: &shares)
      return (shares.reduce(0.0) { $0 + Double($1) }, z)
    }
    let gradient = evaluate().gradient
    #expect((0..<rows).allSatisfy { weights[$0] > 0 || gradient.row($0).allSatisfy { $0 == 0 } })
    var point = logits
    expectGradient(
      of: {
        logits = point
        return evaluate().loss
      }, at: point.mutableView(), matches: gradient, "logits \(shape)")
  }

  @Test(arguments: [(1, 1), (1, 5), (3, 4), (65, 9), (140, 6)])
  func reconstructionLoss(shape: (Int, Int)) {
    let (rows, width) = shape
    var predicted = Seeded.normal(rows, width, seed: 1)
    let clean = Seeded.normal(rows, width, seed: 2)
    let hasText = (0..<rows).map { BatchFixture.Marks.masked.hasText($0) }
    let scale = 0.7 / (hasText.reduce(0, +) * 0.25)
    var gradient = predicted
    var shares = [Float](repeating: 0, count: rows)
    let point = predicted.mutableView()
    var scratch = gradient
    ReconstructionLoss.evaluate(
      predicted: point, clean: clean.view, hasText: hasText, scale: scale,
      gradient: gradient.mutableView(), losses: &shares)
    let target = scratch.mutableView()
    expectGradient(
      of: {
        ReconstructionLoss.evaluate(
          predicted: point, clean: clean.view, hasText: hasText, scale: scale, gradient: target,
          losses: &shares)
        return shares.reduce(0.0) { $0 + Double($1) }
      }, at: point, matches: gradient, noise: 2e-6, "predicted \(shape)")
  }

  @Test(arguments: [(2, 1), (2, 3), (3, 2), (9, 5), (65, 8), (140, 12)], [Float(0.07), 0.5])
  func infoNCE(shape: (Int, Int), temperature: Float) {
    let (rows, width) = shape
    let loss = InfoNCE(temperature: temperature)
    var u = Seeded.normal(rows, width, seed: 1)
    var v = Seeded.normal(rows, width, seed: 2)
    // Rows shorter than h have no derivative worth the name by differences.
    for row in 0..<rows {
      u[row, 0] += u[row, 0] < 0 ? -1 : 1
      v[row, 0] += v[row, 0] < 0 ? -1 : 1
    }
    let exact = evaluate(loss, u, v, weight: 0.6)
    let scratch = loss.scratch(rowCount: rows, width: width)
    let pool = WorkerPool(threads: 1)
    var (du, dv) = (u, v)
    let (pu, pv, gu, gv) = (u.mutableView(), v.mutableView(), du.mutableView(), dv.mutableView())
    func value() -> Double {
      loss.evaluate(
        visual: pu, text: pv, weight: 0.6, visualGradient: gu, textGradient: gv,
        scratch: scratch, pool: pool)
    }
    let name = "\(shape), τ \(temperature)"
    for (point, gradient, side) in [(pu, exact.visual, "visual"), (pv, exact.text, "text")] {
      expectGradient(
        of: value, at: point, matches: gradient, step: 1e-2, tolerance: 3e-3, noise: 1e-6,
        coordinates: 12, "\(side) \(name)")
    }
  }
}
