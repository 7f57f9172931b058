// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Layers against differences of an inner product with a fixed upstream gradient.
@Suite struct LayerGradientTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let rows: Int
    let inputs: Int
    let outputs: Int
    var testDescription: String { "\(rows) rows, \(inputs) to \(outputs)" }
  }

  static let shapes = [
    Shape(rows: 1, inputs: 1, outputs: 1), Shape(rows: 1, inputs: 5, outputs: 3),
    Shape(rows: 7, inputs: 3, outputs: 9), Shape(rows: 65, inputs: 13, outputs: 133),
    Shape(rows: 140, inputs: 31, outputs: 2),
  ]

  @Test(arguments: shapes, [true, false])
  func linear(shape: Shape, hasBias: Bool) {
    var layout = ParameterLayout()
    let layer = Linear(
      "layer", inputs: shape.inputs, outputs: shape.outputs, hasBias: hasBias, in: &layout)
    let block = ParameterBlock(layout: layout, key: RandomKey(seed: 1))
    var x = Seeded.normal(shape.rows, shape.inputs, seed: 1)
    let upstream = Seeded.normal(shape.rows, shape.outputs, seed: 2)
    var y = upstream
    var dx = x
    layer.inputGradient(upstream.view, into: dx.mutableView(), block)
    var all = WeightGradients(batchSize: shape.rows, precision: .float32)
    all.add(layer, outputGradient: upstream.view, input: x.view)
    all.pack(rows: 0..<shape.rows)
    all.run(into: block, pool: WorkerPool(threads: 2))
    let (input, output) = (x.mutableView(), y.mutableView())
    func loss() -> Double {
      block.pack()
      layer.forward(input, into: output, block)
      return inner(output, upstream)
    }
    // Products of up to 140 · 66 terms of size 1 in Float32.
    let noise = 1e-7 * Double(upstream.values.count).squareRoot() * 3
    expectGradient(of: loss, at: input, matches: dx, noise: noise, "x")
    for (name, gradient) in block.named(gradients: true) {
      guard let slot = layout.slot(named: name) else { continue }
      expectGradient(of: loss, at: block[slot], matches: gradient, noise: noise, name)
    }
  }

  @Test(arguments: shapes)
  func projectorWithLeakyReLU(shape: Shape) {
    var layout = ParameterLayout()
    let dimensions = HeadDimensions(
      visual: shape.inputs, text: shape.inputs, classes: 2, aligned: shape.outputs, hidden: 1,
      timeEmbedding: 1)
    let module = AlignmentModule(
      dimensions: dimensions, hasTextProjector: true, slope: 0.2, in: &layout)
    let block = ParameterBlock(layout: layout, key: RandomKey(seed: 2))
    // Away from the kink, as in the whole networks.
    guard let bias = module.visual.bias else { return }
    for unit in 0..<bias.count { block[bias].pointer[unit] = unit % 2 == 0 ? -4 : 4 }
    let x = Seeded.uniform(shape.rows, shape.inputs, seed: 3)
    let upstream = Seeded.normal(shape.rows, shape.outputs, seed: 4)
    var aligned = upstream
    let output = aligned.mutableView()
    func loss() -> Double {
      block.pack()
      module.project(x.view, with: module.visual, into: output, block)
      return inner(output, upstream)
    }
    _ = loss()
    var gradient = upstream
    module.activationGradient(gradient.mutableView(), at: output)
    module.visual.weightGradient(
      gradient.view, packed(x), outputs: 0..<shape.outputs, into: block)
    let gradients = block.named(gradients: true)
    let noise = 4e-7 * Double(upstream.values.count).squareRoot() * 3
    for slot in [module.visual.weight, bias] {
      guard let expected = gradients[slot.name] else { continue }
      expectGradient(of: loss, at: block[slot], matches: expected, noise: noise, slot.name)
    }
  }

  @Test func aTileOfUnitsIsThatPartOfTheWholeGradient() {
    var layout = ParameterLayout()
    let layer = Linear("layer", inputs: 5, outputs: 9, in: &layout)
    let whole = ParameterBlock(layout: layout, key: RandomKey(seed: 1))
    let parts = ParameterBlock(layout: layout, key: RandomKey(seed: 1))
    let (x, dy) = (Seeded.normal(20, 5, seed: 1), Seeded.normal(20, 9, seed: 2))
    layer.weightGradient(dy.view, packed(x), outputs: 0..<9, into: whole)
    for outputs in [0..<4, 4..<5, 5..<9] {
      layer.weightGradient(dy.view, packed(x), outputs: outputs, into: parts)
    }
    for (name, gradient) in whole.named(gradients: true) {
      guard let other = parts.named(gradients: true)[name] else { continue }
      expectClose(other, gradient, tolerance: 1e-6, name)
    }
  }

  private func packed(_ x: Matrix) -> PackedMatrix {
    let result = PackedMatrix(
      innerCount: x.rowCount, columnCount: x.columnCount, precision: .float32)
    withExtendedLifetime(x) { result.pack(x.view, .straight) }
    return result
  }
}

/// Σ a · b in Float64.
func inner(_ a: MatrixView, _ b: Matrix) -> Double {
  zip(a.matrix().values, b.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
}
