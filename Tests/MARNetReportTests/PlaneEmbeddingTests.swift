// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import MARNetReport
import TestSupport
import Testing

/// t-SNE: what its definition asks of every part. How near it comes to scikit-learn's is for
/// `.ci/check-report`.
@Suite struct PlaneEmbeddingTests {
  private let pool = WorkerPool(threads: 2)

  /// Three groups of rows far from each other.
  private static func groups(_ rows: Int, _ width: Int) -> (points: Matrix, labels: [Int]) {
    var points = Seeded.normal(rows, width, seed: 5)
    let labels = (0..<rows).map { $0 % 3 }
    for row in 0..<rows { points[row, labels[row]] += 9 }
    return (points, labels)
  }

  @Test(arguments: [(9, 4), (40, 3), (70, 90)])
  func distancesAreThoseOfTheRows(rows: Int, width: Int) {
    var points = Seeded.normal(rows, width, seed: 1)
    // Far from 0 nothing may be lost.
    for row in 0..<rows { points[row, 0] += 1_000 }
    let found = PairwiseDistances(points, pool: pool)
    var expected = Matrix(rowCount: rows, columnCount: rows)
    for row in 0..<rows {
      for other in 0..<rows {
        expected[row, other] = zip(points.row(row), points.row(other))
          .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
    }
    expectClose(found.squared, expected, tolerance: 1e-4)
    #expect((0..<rows).allSatisfy { found.squared[$0, $0] == 0 })
  }

  @Test(arguments: [1e-3, 1, 1e4], [2.0, 10, 30])
  func everyPointHasAsManyNeighboursAsThePerplexity(scale: Double, perplexity: Double) {
    let points = Seeded.uniform(60, 5, bound: Float(scale), seed: 2)
    let squared = PairwiseDistances(points, pool: pool).squared
    for row in 0..<60 {
      let p = squared.row(row).withUnsafeBufferPointer {
        Affinities.conditional($0, own: row, perplexity: perplexity)
      }
      #expect(p[row] == 0 && abs(p.reduce(0, +) - 1) < 1e-9)
      let entropy = -p.reduce(0) { $1 > 0 ? $0 + $1 * Logarithm.of($1) : $0 }
      #expect(abs(entropy - Logarithm.of(perplexity)) < 1e-4)
    }
  }

  @Test func pointsAtOneDistanceAreNeighboursAlike() {
    let squared: [Float] = [0, 4, 4, 4, 4]
    let p = squared.withUnsafeBufferPointer {
      Affinities.conditional($0, own: 0, perplexity: 2)
    }
    expectClose(p, [0, 0.25, 0.25, 0.25, 0.25])
  }

  @Test func affinitiesAreSymmetricAndSumToOne() {
    let distances = PairwiseDistances(Seeded.normal(37, 6, seed: 3), pool: pool)
    let joint = Affinities(distances, perplexity: 8, pool: pool).joint
    #expect(joint.columnCount == 40)
    #expect(abs(joint.values.reduce(0) { $0 + Double($1) } - 1) < 1e-5)
    for row in 0..<37 {
      for other in 0..<37 { #expect(joint[row, other] == joint[other, row]) }
      #expect(joint[row, row] == 0 && joint[row, 38] == 0)
    }
  }

  @Test(arguments: [9, 16, 70])
  func gradientIsThatOfTheDivergence(count: Int) {
    let distances = PairwiseDistances(Seeded.normal(count, 4, seed: 4), pool: pool)
    let affinities = Affinities(distances, perplexity: 2.5, pool: pool)
    let start = Seeded.uniform(2, count, bound: 2, seed: 6)
    let forces = EmbeddingForces(
      affinities, start: [start.row(0), start.row(1)], pool: pool)
    func loss() -> Double {
      forces.compute(exaggeration: 1)
      return forces.divergence()
    }
    _ = loss()
    for (axis, gradient) in [(forces.x, forces.gradientX), (forces.y, forces.gradientY)] {
      expectGradient(
        of: loss, at: UnsafeMutableBufferPointer(start: axis.pointer, count: count),
        matches: gradient, noise: 1e-7)
    }
  }

  /// With every p doubled, attraction doubles and repulsion stays.
  @Test func exaggerationPullsOnly() {
    let distances = PairwiseDistances(Seeded.normal(20, 4, seed: 4), pool: pool)
    let affinities = Affinities(distances, perplexity: 5, pool: pool)
    let start = Seeded.uniform(2, 20, seed: 7)
    let forces = EmbeddingForces(affinities, start: [start.row(0), start.row(1)], pool: pool)
    func gradient(_ exaggeration: Double) -> [Float] {
      forces.compute(exaggeration: exaggeration)
      return forces.gradientX
    }
    let (none, one, two) = (gradient(0), gradient(1), gradient(2))
    expectClose(
      zip(two, none).map { $0 - $1 }, zip(one, none).map { 2 * ($0 - $1) }, tolerance: 1e-4)
  }

  @Test func groupsStayApartAndTheDivergenceFalls() throws {
    let (points, labels) = Self.groups(120, 20)
    var divergences: [Double] = []
    for iterations in [300, 1_000] {
      var options = PlaneEmbedding.Options()
      options.iterations = iterations
      divergences.append(try #require(PlaneEmbedding(points, options, pool: pool)).divergence)
    }
    #expect(divergences[1] < divergences[0])
    let plane = try #require(PlaneEmbedding(points, pool: pool))
    let drawn = Matrix(rows: zip(plane.x, plane.y).map { [$0, $1] })
    let agreement = PairwiseDistances(drawn, pool: pool).agreement(of: labels, neighbours: 10)
    #expect(agreement > 0.99)
    #expect(plane.perplexity == 30 && plane.divergence > 0)
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let (points, _) = Self.groups(150, 12)
    let one = try #require(PlaneEmbedding(points, pool: WorkerPool(threads: 1)))
    let three = try #require(PlaneEmbedding(points, pool: WorkerPool(threads: 3)))
    #expect(one == three)
  }

  @Test func rowsThatAreEqualOrFewOrFlat() throws {
    let equal = Matrix(rowCount: 12, columnCount: 3, repeating: 7)
    var flat = Matrix(rowCount: 10, columnCount: 1)
    for row in 0..<10 { flat[row, 0] = Float(row) }
    for points in [equal, flat, Seeded.normal(8, 2, seed: 8)] {
      let plane = try #require(PlaneEmbedding(points, pool: pool))
      #expect((plane.x + plane.y).allSatisfy(\.isFinite) && plane.divergence.isFinite)
    }
  }

  @Test func stops() {
    let (points, _) = Self.groups(30, 5)
    var calls: [Int] = []
    let plane = PlaneEmbedding(points, pool: pool) { done, count in
      calls.append(done)
      return count == 1_000 && done < 150
    }
    #expect(plane == nil && calls == [50, 100, 150])
  }

  @Test func agreementIsTheShareOfTheNearest() {
    let points = Matrix(rows: [[0], [1], [2], [10], [11], [12]])
    let distances = PairwiseDistances(points, pool: pool)
    #expect(distances.agreement(of: [0, 0, 0, 1, 1, 1], neighbours: 2) == 1)
    #expect(distances.agreement(of: [0, 1, 0, 1, 0, 1], neighbours: 1) == 0)
    // All five others, two of them of the row's class.
    #expect(distances.agreement(of: [0, 0, 0, 1, 1, 1], neighbours: 10) == 0.4)
  }
}
