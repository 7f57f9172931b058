// SPDX-License-Identifier: Apache-2.0

import MARNetHeads
import TestSupport
import Testing

/// Every parameter of every network against differences of its loss, dropout included.
@Suite struct NetworkGradientTests {
  /// One row; fewer than a block of 64; one more than a block; three blocks.
  static let batchSizes = [1, 10, 65, 150]

  @Test(arguments: batchSizes, BatchFixture.Marks.allCases)
  func jointNetwork(batchSize: Int, marks: BatchFixture.Marks) throws {
    let networks = Networks(batchSize: batchSize)
    expectGradients(
      of: try networks.joint(), on: networks.fixture(marks), "joint, \(marks), \(batchSize) rows")
  }

  @Test(arguments: [(Float(0), Float(1)), (0.3, 0), (0, 0), (2, 3)], [false, true])
  func jointNetworkWithOtherWeights(weights: (Float, Float), hasSkip: Bool) throws {
    let networks = Networks(batchSize: 10)
    let network = try networks.joint(
      alignmentWeight: weights.0, reconstructionWeight: weights.1, hasSkip: hasSkip)
    expectGradients(
      of: network, on: networks.fixture(), noise: 5e-6, "joint, weights \(weights), \(hasSkip)")
  }

  @Test(arguments: batchSizes, [Float(0), 1])
  func alignmentNetwork(batchSize: Int, weight: Float) {
    let networks = Networks(batchSize: batchSize)
    for marks in BatchFixture.Marks.allCases {
      expectGradients(
        of: networks.alignment(weight: weight), on: networks.fixture(marks),
        "alignment, weight \(weight), \(marks), \(batchSize) rows")
    }
  }

  @Test(arguments: batchSizes, [false, true])
  func reconstructionNetwork(batchSize: Int, hasSkip: Bool) throws {
    let networks = Networks(batchSize: batchSize)
    for marks in BatchFixture.Marks.allCases {
      expectGradients(
        of: try networks.reconstruction(hasSkip: hasSkip), on: networks.fixture(marks),
        "reconstruction, skip \(hasSkip), \(marks), \(batchSize) rows")
    }
  }

  @Test(arguments: batchSizes, [false, true])
  func reconstructionWithoutDiffusion(batchSize: Int, hasSkip: Bool) throws {
    let networks = Networks(batchSize: batchSize)
    for marks in BatchFixture.Marks.allCases {
      expectGradients(
        of: try networks.reconstruction(hasSkip: hasSkip, diffuses: false),
        on: networks.fixture(marks),
        "without diffusion, skip \(hasSkip), \(marks), \(batchSize) rows")
    }
  }

  /// The noise of a step is a constant: gradients are those of the noisy images.
  @Test(arguments: [1, 65])
  func networksWithNoiseOnImages(batchSize: Int) throws {
    var networks = Networks(batchSize: batchSize)
    networks.featureNoise = 1.5
    let fixture = networks.fixture()
    expectGradients(of: try networks.joint(), on: fixture, "noisy joint, \(batchSize) rows")
    expectGradients(of: networks.alignment(), on: fixture, "noisy alignment, \(batchSize) rows")
    for diffuses in [false, true] {
      expectGradients(
        of: try networks.reconstruction(hasSkip: true, diffuses: diffuses), on: fixture,
        "noisy reconstruction, \(diffuses), \(batchSize) rows")
    }
  }

  @Test(arguments: batchSizes, FusionKind.all)
  func fusionNetwork(batchSize: Int, kind: FusionKind) {
    let networks = Networks(batchSize: batchSize)
    for marks in [BatchFixture.Marks.full, .masked, .noWeight] {
      expectGradients(
        of: networks.fusion(kind.fusionOperator, kind.mode), on: networks.fusionFixture(marks),
        "fusion, \(kind), \(marks), \(batchSize) rows")
    }
  }

  /// Without dropout, and with layers wider than one tile of 128 output units.
  @Test func wideNetworkWithoutDropout() throws {
    var networks = Networks(batchSize: 70, dropout: 0)
    networks.dimensions = HeadDimensions(
      visual: 21, text: 67, classes: 3, aligned: 65, hidden: 130, timeEmbedding: 5)
    expectGradients(
      of: try networks.joint(), on: networks.fixture(), noise: 3e-6, "wide joint")
  }
}
