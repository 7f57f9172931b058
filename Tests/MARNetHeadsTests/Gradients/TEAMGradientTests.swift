// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// TEAM against differences. Drawn negatives jump as parameters move: they are shifted here.
@Suite struct TEAMGradientTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let rows: Int
    let width: Int
    let projected: Int
    let dropout: Float
    var testDescription: String { "\(rows) rows, \(width) to \(projected), dropout \(dropout)" }
  }

  static let shapes = [
    Shape(rows: 2, width: 3, projected: 4, dropout: 0),
    Shape(rows: 3, width: 9, projected: 5, dropout: 0.1),
    Shape(rows: 65, width: 6, projected: 7, dropout: 0.1),
    Shape(rows: 130, width: 14, projected: 67, dropout: 0.2),
  ]

  @Test(arguments: shapes) func embeddingsAndParameters(shape: Shape) {
    let run = TEAMRun(
      TEAMRun.options(width: shape.projected, dropout: shape.dropout), capacity: shape.rows + 5,
      width: shape.width)
    run.block.softenScales()
    var visual = Seeded.normal(shape.rows, shape.width, seed: 1)
    var text = Seeded.normal(shape.rows, shape.width, seed: 2)
    // Rows shorter than h have no derivative worth the name by differences.
    for row in 0..<shape.rows {
      visual[row, 0] += visual[row, 0] < 0 ? -1 : 1
      text[row, 0] += text[row, 0] < 0 ? -1 : 1
    }
    let labels = (0..<shape.rows).map { Int32([0, 1, -1, 2, 0][$0 % 5]) }
    let (u, v) = (visual.mutableView(), text.mutableView())
    func evaluate() -> (value: Double, visual: Matrix, text: Matrix) {
      run.block.pack()
      return run.evaluate(u.matrix(), v.matrix(), labels: labels, weight: 0.6)
    }
    let exact = evaluate()
    let gradients = run.block.named(gradients: true)
    for (point, gradient, name) in [(u, exact.visual, "visual"), (v, exact.text, "text")] {
      expectGradient(
        of: { evaluate().value }, at: point, matches: gradient, step: 1e-2, tolerance: 3e-3,
        noise: 1e-6, name)
    }
    for slot in run.block.layout.slots {
      guard let gradient = gradients[slot.name] else { continue }
      expectGradient(
        of: { evaluate().value }, at: run.block[slot], matches: gradient, step: 1e-2,
        tolerance: 3e-3, noise: 1e-6, directions: 1, coordinates: 3, slot.name)
    }
  }

  @Test(arguments: [1, 10, 65], BatchFixture.Marks.allCases)
  func network(batchSize: Int, marks: BatchFixture.Marks) {
    let networks = Networks(batchSize: batchSize)
    let network = networks.alignment(TEAMRun.options(dropout: 0.1), weight: 0.7)
    network.parameters.softenScales()
    expectGradients(of: network, on: networks.fixture(marks), "TEAM, \(marks), \(batchSize) rows")
  }

  @Test func jointNetwork() throws {
    let networks = Networks(batchSize: 70)
    let network = try networks.joint(TEAMRun.options(dropout: 0.1))
    network.parameters.softenScales()
    expectGradients(of: network, on: networks.fixture(), noise: 3e-6, "joint, TEAM")
  }

  @Test(arguments: [(1, 3, 4), (6, 3, 4), (5, 1, 1), (45, 2, 4)], BatchFixture.Marks.allCases)
  func networkWithTokens(sizes: (Int, Int, Int), marks: BatchFixture.Marks) {
    let networks = Networks.withTokens(batchSize: sizes.0, patches: sizes.1, words: sizes.2)
    var options = TEAMRun.options(dropout: 0.1)
    options.blockCount = sizes.0 > 20 ? 1 : 2
    let network = networks.alignment(options, weight: 0.7)
    network.parameters.softenScales()
    expectGradients(
      of: network, on: networks.tokenFixture(marks), tolerance: 3e-3, noise: 2e-6,
      "TEAM with tokens \(sizes), \(marks)")
  }

  /// Several heads of 64, chunks of more than one triple, blocks on blocks.
  @Test func wideNetworkWithTokens() {
    var networks = Networks.withTokens(batchSize: 3, patches: 5, words: 12)
    networks.dimensions.aligned = 128
    var options = TEAMRun.options(width: 140, dropout: 0.1)
    options.blockCount = 2
    let network = networks.alignment(options, weight: 0.3)
    network.parameters.softenScales()
    expectGradients(
      of: network, on: networks.tokenFixture(), tolerance: 3e-3, noise: 3e-6, "wide tokens")
  }

  /// exp p is held at 100: beyond, p has no gradient.
  @Test func aScaleAtItsBoundRests() {
    let run = TEAMRun(TEAMRun.options(), capacity: 5, width: 4)
    let (u, v) = (Seeded.normal(5, 4, seed: 1), Seeded.normal(5, 4, seed: 2))
    func scales(_ logarithm: Float) -> [Float] {
      for slot in run.block.scales { run.block[slot].pointer[0] = logarithm }
      let value = run.evaluate(u, v, labels: [-1, -1, -1, -1, -1]).value
      return [Float(value)] + run.block.scales.map { run.block.gradient(of: $0).pointer[0] }
    }
    #expect(run.block.scales.count == 2)
    #expect(scales(4.6).allSatisfy { $0 != 0 })
    let (bound, beyond) = (scales(4.62), scales(7))
    #expect(bound == beyond && bound[1...].allSatisfy { $0 == 0 })
  }
}

extension ParameterBlock {
  var scales: [ParameterSlot] { layout.slots.filter { $0.name.hasSuffix("_scale") } }

  /// Scales of 2: at 14, losses bend within a step of differences.
  func softenScales() {
    for slot in scales { self[slot].pointer[0] = 0.7 }
  }
}
