// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads
import TestSupport
import Testing

/// Noise on the images of training.
@Suite struct FeatureNoiseTests {
  private static let width = 400
  private static let batchSize = 200

  private let images = Seeded.normal(batchSize, width, seed: 2)

  private func fixture(_ order: [Int]? = nil) -> BatchFixture {
    BatchFixture(
      visual: images, text: Matrix(rowCount: Self.batchSize, columnCount: 1),
      targets: Seeded.simplex(Self.batchSize, 2, seed: 3),
      weights: [Float](repeating: 1, count: Self.batchSize),
      hasText: [Float](repeating: 1, count: Self.batchSize), order: order)
  }

  /// The images of a step as networks see them.
  private func gathered(
    deviation: Float, dropout: Float = 0, step: Int = 7, key: UInt64 = 1, order: [Int]? = nil
  ) -> Matrix {
    var options = NetworkOptions()
    options.featureNoise = deviation
    options.dropout = dropout
    let input = BatchInput(
      dimensions: HeadDimensions(
        visual: Self.width, text: 1, classes: 2, aligned: 1, hidden: 1, timeEmbedding: 2),
      batchSize: Self.batchSize, lossTerms: 1, options: options, key: RandomKey(seed: key))
    fixture(order).withBatch { batch in
      for block in 0..<input.blocks.count {
        input.gather(batch, rows: input.blocks.range(block), step: step)
      }
    }
    return input.visual.matrix()
  }

  private func noise(_ noisy: Matrix, _ clean: Matrix) -> [[Double]] {
    (0..<noisy.rowCount).map { row in
      zip(noisy.row(row), clean.row(row)).map { Double($0) - Double($1) }
    }
  }

  @Test func zeroLeavesBitsAsTheyWere() {
    #expect(gathered(deviation: 0) == images)
    #expect(gathered(deviation: 0, dropout: 0.3) != images)
  }

  /// A row's deviation is uniform from 0 to the largest: mean 1/2, mean square 1/3 of it.
  @Test(arguments: [Float(0.2), 2]) func deviationsAreUniform(largest: Float) {
    let sizes = noise(gathered(deviation: largest), images).map {
      rootMeanSquare($0) / Double(largest)
    }
    let mean = sizes.reduce(0, +) / Double(sizes.count)
    // Of 200 rows: the mean is known to 0.02.
    #expect(abs(mean - 0.5) < 0.08)
    #expect(abs(rootMeanSquare(sizes) - (1.0 / 3).squareRoot()) < 0.08)
    #expect(sizes.allSatisfy { $0 < 1.2 })
    #expect(sizes.contains { $0 < 0.1 } && sizes.contains { $0 > 0.9 })
  }

  @Test func isKeyedByStepAndPlaceInTheBatch() {
    let first = gathered(deviation: 1)
    #expect(gathered(deviation: 1) == first)
    #expect(gathered(deviation: 1, step: 8) != first)
    #expect(gathered(deviation: 1, key: 2) != first)
    let order = Array((0..<Self.batchSize).reversed())
    let turned = gathered(deviation: 1, order: order)
    let expected = noise(first, images)
    for (place, row) in noise(turned, images.rows(at: order)).enumerated() {
      expectClose(row, expected[place], tolerance: 1e-3, "row \(place)")
    }
  }

  /// Rows and columns do not share noise.
  @Test func rowsAreIndependent() {
    let rows = noise(gathered(deviation: 1), images)
    func correlation(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        / (Double(a.count) * rootMeanSquare(a) * rootMeanSquare(b))
    }
    for row in 1..<20 { #expect(abs(correlation(rows[0], rows[row])) < 0.25) }
  }

  /// Dropout comes after the noise: what it takes is 0, noise or not.
  @Test func dropoutTakesNoiseToo() {
    let dropped = gathered(deviation: 0, dropout: 0.4)
    let noisy = gathered(deviation: 1, dropout: 0.4)
    #expect(noisy.values.map { $0 == 0 } == dropped.values.map { $0 == 0 })
    let kept = gathered(deviation: 1)
    for (index, value) in noisy.values.enumerated() where value != 0 {
      #expect(abs(value - kept.values[index] / 0.6) < 1e-5)
    }
  }
}
