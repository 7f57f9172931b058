// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Alignment losses that read classes or logits against differences, alone and in a network.
@Suite struct AlignmentGradientTests {
  static let shapes = [(2, 3), (3, 2), (9, 5), (65, 8), (140, 12)]

  @Test(arguments: shapes, [2, 4, 11])
  func everyInput(shape: (Int, Int), classes: Int) {
    for (name, loss) in ClassLoss.differentiable {
      check(
        loss, .random(shape.0, width: shape.1, classes: classes),
        "\(name), \(shape), \(classes) classes")
    }
  }

  /// Every input of `loss` at `start`, whose rows are moved away from 0: shorter than h, they
  /// have no derivative worth the name by differences.
  private func check(_ loss: any AlignmentLoss, _ start: AlignmentCase, _ name: String) {
    var input = start
    for row in 0..<input.visual.rowCount {
      input.visual[row, 0] += input.visual[row, 0] < 0 ? -1 : 1
      input.text[row, 0] += input.text[row, 0] < 0 ? -1 : 1
    }
    let run = AlignmentRun(loss, input.shape, threads: 1)
    let exact = run(input, weight: 3)
    let isSliced = loss is SlicedWasserstein
    let parts: [(WritableKeyPath<AlignmentCase, Matrix>, Matrix, String)] = [
      (\.visual, exact.visual, "visual"), (\.text, exact.text, "text"),
      (\.visualLogits, exact.visualLogits, "visual logits"),
      (\.textLogits, exact.textLogits, "text logits"),
    ]
    for (part, gradient, side) in parts where gradient.rowCount > 0 {
      var point = input
      let view = point[keyPath: part].mutableView()
      expectGradient(
        of: {
          var moved = point
          moved[keyPath: part] = view.matrix()
          return run(moved, weight: 3).value
        }, at: view, matches: gradient, step: isSliced ? 2e-3 : 1e-2,
        // Steps of the sliced distance change a few of the orders, each a small kink.
        tolerance: isSliced ? 1e-2 : 3e-3, noise: isSliced ? 3e-8 : 1e-6, coordinates: 8,
        "\(side), \(name)")
    }
  }

  /// Every parameter of a network, dropout included.
  @Test(arguments: [1, 10, 65], BatchFixture.Marks.allCases)
  func network(batchSize: Int, marks: BatchFixture.Marks) {
    for (name, loss) in ClassLoss.differentiable {
      let networks = Networks(batchSize: batchSize)
      let isSliced = loss is SlicedWasserstein
      expectGradients(
        of: networks.alignment(loss, weight: isSliced ? 70 : 0.7), on: networks.fixture(marks),
        difference: isSliced ? 4e-3 : 2e-2, tolerance: isSliced ? 2e-2 : 2e-3,
        "\(name), \(marks), \(batchSize) rows")
    }
  }
}
