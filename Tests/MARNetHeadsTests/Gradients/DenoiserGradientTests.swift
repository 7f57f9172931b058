// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// The denoiser alone: forward against a forward in Float64, backward against differences,
/// in one pass and in two passes over the same images.
@Suite struct DenoiserGradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rows: Int
    let passes: Int
    let hasSkip: Bool
    let dropout: Float
    var testDescription: String {
      "\(rows) rows, \(passes) passes, skip \(hasSkip), dropout \(dropout)"
    }
  }

  static let cases = [
    Case(rows: 1, passes: 1, hasSkip: false, dropout: 0),
    Case(rows: 1, passes: 2, hasSkip: true, dropout: 0.3),
    Case(rows: 5, passes: 1, hasSkip: true, dropout: 0),
    Case(rows: 7, passes: 2, hasSkip: true, dropout: 0.2),
    Case(rows: 66, passes: 2, hasSkip: false, dropout: 0.2),
    Case(rows: 130, passes: 1, hasSkip: true, dropout: 0.5),
  ]

  @Test(arguments: cases)
  func parametersAndImages(one: Case) throws {
    var layout = ParameterLayout()
    let dimensions = HeadDimensions(
      visual: 6, text: 5, classes: 2, aligned: 2, hidden: 11, timeEmbedding: 4)
    let denoiser = Denoiser(
      dimensions: dimensions, hasSkip: one.hasSkip,
      schedule: try NoiseSchedule(kind: .cosine, stepCount: 10), in: &layout)
    let block = ParameterBlock(layout: layout, key: RandomKey(seed: 5))
    let count = one.rows * one.passes
    var workspace = Workspace()
    let activationSlots = DenoiserActivations.reserve(rows: count, dimensions, in: &workspace)
    let gradientSlots = DenoiserGradients.reserve(
      rows: count, batchRows: one.rows, dimensions, in: &workspace)
    let slots = [workspace.reserve(one.rows, 11), workspace.reserve(one.rows, 5)]
    workspace.make()
    let (condition, skip) = (workspace[slots[0]], workspace[slots[1]])
    let activations = DenoiserActivations(activationSlots, in: workspace)
    let gradients = DenoiserGradients(gradientSlots, in: workspace)
    activations.input.load(Seeded.normal(count, 9, seed: 6))
    for row in 0..<count { denoiser.writeTime(row % 10, into: activations.input.row(row)) }

    var image = Seeded.normal(one.rows, 6, seed: 7)
    let upstream = Seeded.normal(count, 5, seed: 8)
    let drop = [19, 20, 21].map {
      Dropout(probability: one.dropout, key: RandomKey(seed: 9), purpose: $0)
    }
    let visual = image.mutableView()
    func loss() -> Double {
      block.pack()
      denoiser.prepare(visual: visual, condition: condition, skip: skip, block)
      denoiser.forward(activations, condition: condition, skip: skip, block) { layer, values in
        drop[layer].apply(values, into: values, step: 1, firstRow: 0)
      }
      return inner(activations.predictedClean, upstream)
    }
    _ = loss()
    gradients.predictedClean.load(upstream)
    denoiser.backward(gradients, activations: activations, block) { layer, values in
      drop[layer].apply(values, into: values, step: 1, firstRow: 0)
    }
    var all = WeightGradients(batchSize: one.rows, precision: .float32)
    all.add(denoiser.input, outputGradient: gradients.hidden[0], input: activations.input)
    all.add(denoiser.condition, outputGradient: gradients.condition, input: visual)
    for (index, layer) in denoiser.hidden.enumerated() {
      all.add(
        layer, outputGradient: gradients.hidden[index + 1], input: activations.activated[index])
    }
    all.add(
      denoiser.output, outputGradient: gradients.predictedClean, input: activations.activated[2])
    var imageGradient = image
    Product.rowsTimesColumns(
      gradients.condition, block[denoiser.condition.weight], into: imageGradient.mutableView())
    if let layer = denoiser.skip {
      all.add(layer, outputGradient: gradients.skip, input: visual)
      Product.rowsTimesColumns(
        gradients.skip, block[layer.weight], into: imageGradient.mutableView(),
        accumulate: true)
    }
    all.pack(rows: 0..<one.rows)
    all.run(into: block, pool: WorkerPool(threads: 2))

    let noise = 1e-6 * Double(count).squareRoot()
    for (name, gradient) in block.named(gradients: true) {
      guard let slot = layout.slot(named: name) else { continue }
      expectGradient(of: loss, at: block[slot], matches: gradient, noise: noise, name)
    }
    expectGradient(of: loss, at: visual, matches: imageGradient, noise: noise, "image")
  }

  @Test func aRowDoesNotDependOnTheOtherPass() throws {
    var layout = ParameterLayout()
    let dimensions = HeadDimensions(
      visual: 3, text: 4, classes: 2, aligned: 2, hidden: 8, timeEmbedding: 2)
    let denoiser = Denoiser(
      dimensions: dimensions, hasSkip: true,
      schedule: try NoiseSchedule(kind: .cosine, stepCount: 10), in: &layout)
    let block = ParameterBlock(layout: layout, key: RandomKey(seed: 5))
    let image = Seeded.normal(3, 3, seed: 1)
    let noisy = Seeded.normal(6, 6, seed: 2)
    func predict(_ rows: Range<Int>) -> Matrix {
      var workspace = Workspace()
      let slots = DenoiserActivations.reserve(rows: rows.count, dimensions, in: &workspace)
      let (c, s) = (workspace.reserve(3, 8), workspace.reserve(3, 4))
      workspace.make()
      let activations = DenoiserActivations(slots, in: workspace)
      activations.input.copy(from: noisy.view.rows(rows))
      denoiser.prepare(visual: image.view, condition: workspace[c], skip: workspace[s], block)
      denoiser.forward(
        activations, condition: workspace[c], skip: workspace[s], block, dropout: nil)
      return activations.predictedClean.matrix()
    }
    let both = predict(0..<6)
    expectClose(both.rows(at: [0, 1, 2]), predict(0..<3), tolerance: 1e-6)
    expectClose(both.rows(at: [3, 4, 5]), predict(3..<6), tolerance: 1e-6)
  }
}
