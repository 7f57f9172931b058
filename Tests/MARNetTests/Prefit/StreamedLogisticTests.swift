// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense
import TestSupport
import Testing

/// Logistic regression over more rows than are kept packed.
@Suite struct StreamedLogisticTests {
  private func prepared(_ problem: LogisticProblem, labelled: Int? = nil) -> PreparedRows {
    let labels = problem.labels.enumerated().map { $0 < labelled ?? .max ? $1 : -1 }
    return PreparedRows(
      visual: problem.features, text: nil, hasText: labels.map { _ in false }, labels: labels,
      classCount: problem.classCount)
  }

  /// Value and gradient are those of the packed objective at the same point.
  @Test(arguments: [(1_000, 12, 3), (300, 40, 5), (70, 130, 2)])
  func agreesWithThePackedObjective(rowCount: Int, width: Int, classCount: Int) throws {
    let problem = LogisticProblem(rowCount: rowCount, width: width, classCount: classCount)
    let pool = WorkerPool(threads: 2)
    let space = PrincipalSpace(SampleRows(problem.features), pool: pool)
    let rows = LogisticRows(
      width: space.width, labels: problem.labels, classCount: classCount, pool: pool
    ) { range, target in space.coordinates(of: Array(range)[...], into: target) }
    let packed = LogisticObjective(rows, variances: space.variances, c: 0.2, pool: pool)
    let streamed = StreamedLogisticObjective(
      prepared(problem), labelled: Array(0..<rowCount), space: space, c: 0.2, pool: pool)
    #expect(streamed.count == packed.count)
    let point = Seeded.normal(1, packed.count, seed: 5).values.map { 0.3 * Double($0) }
    var gradients = [[Double]](
      repeating: [Double](repeating: .nan, count: packed.count), count: 2)
    let expected = packed.evaluate(point, gradient: &gradients[0])
    let found = try streamed.evaluate(point, gradient: &gradients[1])
    #expect(abs(found.value - expected.value) < 1e-6 * (1 + expected.value))
    #expect(abs(found.scale - expected.scale) < 1e-6)
    for (one, other) in zip(gradients[0], gradients[1]) { #expect(abs(one - other) < 3e-6) }
  }

  /// A part of the rows chooses c and a start; the probe is that of all of them.
  @Test func theProbeIsThatOfAllRows() throws {
    let problem = LogisticProblem(rowCount: 900, width: 10, classCount: 3)
    let rows = prepared(problem, labelled: 800)
    func probe(packedValues: Int, threads: Int) throws -> Probe {
      var options = PrefitOptions()
      options.probe.tolerance = 1e-9
      options.imageC = 0.1
      options.packedValues = packedValues
      return try Prefit.fit(
        rows, usesText: false, options: options, key: RandomKey(seed: 1),
        pool: WorkerPool(threads: threads), checkpoint: {}
      ).imageProbe
    }
    let whole = try probe(packedValues: 1 << 20, threads: 1)
    let streamed = try probe(packedValues: 200 * 11, threads: 1)
    expectClose(streamed.weights, whole.weights, tolerance: 5e-3, absolute: 5e-4, "W")
    // Biases are free to move together.
    let pool = WorkerPool(threads: 1)
    expectClose(
      streamed.logProbabilities(of: problem.features, pool: pool),
      whole.logProbabilities(of: problem.features, pool: pool), tolerance: 5e-3, absolute: 1e-3)
    #expect(try probe(packedValues: 200 * 11, threads: 3).weights == streamed.weights)
  }

  /// Rows outside of the sample are judged by a fold's fit, which never saw them.
  @Test func theTeacherKnowsRowsOutsideOfTheSample() throws {
    let count = 600
    let labels = (0..<count).map { Int32($0 % 3) }
    var visual = Seeded.normal(count, 6, seed: 1)
    var text = Seeded.normal(count, 4, seed: 2)
    for row in 0..<count {
      visual[row, Int(labels[row])] += 1
      text[row, Int(labels[row])] += 2
    }
    let rows = PreparedRows(
      visual: visual, text: text, hasText: labels.map { _ in true }, labels: labels,
      classCount: 3)
    func prefit(_ values: Int) throws -> Prefit {
      var options = PrefitOptions()
      options.packedValues = values
      return try Prefit.fit(
        rows, usesText: true, options: options, key: RandomKey(seed: 4),
        pool: WorkerPool(threads: 2), checkpoint: {})
    }
    let whole = try #require(try prefit(1 << 20).nll)
    let sampled = try #require(try prefit(150 * 7).nll)
    #expect(abs(whole.image - sampled.image) < 0.1 && abs(whole.text - sampled.text) < 0.1)
  }
}
