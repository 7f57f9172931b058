// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetData
import MARNetDense
import TestSupport
import Testing

/// What ranks find out together about rows of which each reads some.
@Suite struct RankedRowsTests {
  private static let counts = [230, 1, 0, 420]
  private static var rowCount: Int { counts.reduce(0, +) }

  private static func rows(_ matrix: Matrix, _ ranks: any RankGroup) -> RankRows {
    var parts: [Range<Int>] = []
    for count in counts {
      let first = parts.last?.upperBound ?? 0
      parts.append(first..<first + count)
    }
    return RankRows(StoredRows(matrix), ranks: ranks, parts: parts)
  }

  @Test func everyRankGetsTheRowsOfAll() throws {
    let matrix = Seeded.normal(Self.rowCount, 5, seed: 1)
    let wanted = [0, 3, 229, 230, 231, 232, 500, 650]
    let found = try ThreadRanks.run(Self.counts.count) { ranks in
      let rows = Self.rows(matrix, ranks)
      var visited = 0
      try rows.forEachBlock { range, _ in visited += range.count }
      #expect(visited == Self.counts[ranks.rank])
      let some = try rows.stored(at: wanted)
      let all = try rows.stored()
      var target = Matrix(rowCount: Self.rowCount, columnCount: 5)
      all.read(0..<Self.rowCount, into: target.mutableView())
      #expect(target == matrix)
      var part = Matrix(rowCount: wanted.count, columnCount: 5)
      some.read(0..<wanted.count, into: part.mutableView())
      return part
    }
    #expect(found.allSatisfy { $0 == matrix.rows(at: wanted) })
  }

  @Test func statisticsAreThoseOfAllRows() throws {
    let matrix = Seeded.normal(Self.rowCount, 7, seed: 2)
    let isUsed = (0..<Self.rowCount).map { $0 % 3 != 1 }
    let pool = WorkerPool(threads: 2)
    let whole = try Standardizer(scanning: StoredRows(matrix), isUsed: isUsed, pool: pool)
    let found = try ThreadRanks.run(Self.counts.count) { ranks in
      try Standardizer(
        scanning: Self.rows(matrix, ranks), isUsed: isUsed, pool: WorkerPool(threads: 1))
    }
    for one in found {
      #expect(one == found[0])
      expectClose(one.mean, whole.mean, tolerance: 1e-6)
      expectClose(one.scale, whole.scale, tolerance: 1e-6)
    }
  }

  /// Value and gradient of the streamed objective.
  @Test func logisticRegressionIsThatOfAllRows() throws {
    let problem = LogisticProblem(rowCount: Self.rowCount, width: 9, classCount: 3)
    let pool = WorkerPool(threads: 2)
    let space = PrincipalSpace(SampleRows(problem.features), pool: pool)
    let present = [Bool](repeating: true, count: Self.rowCount)
    @Sendable func evaluate(_ rows: any FeatureRows) throws -> [Double] {
      let prepared = PreparedRows(
        visual: StandardizedRows(rows, standardizer: nil),
        text: StandardizedRows(rows, standardizer: nil), tokens: nil,
        keys: [UInt64](repeating: 0, count: Self.rowCount), hasText: present,
        labels: problem.labels, classCount: 3)
      let objective = StreamedLogisticObjective(
        prepared, labelled: Array(0..<Self.rowCount), space: space, c: 0.2,
        pool: WorkerPool(threads: 1))
      var gradient = [Double](repeating: .nan, count: objective.count)
      let point = Seeded.normal(1, objective.count, seed: 5).values.map { Double($0) }
      let found = try objective.evaluate(point, gradient: &gradient)
      return gradient + [found.value, found.scale]
    }
    let whole = try evaluate(StoredRows(problem.features))
    let found = try ThreadRanks.run(Self.counts.count) { ranks in
      try evaluate(Self.rows(problem.features, ranks))
    }
    for one in found {
      #expect(one == found[0])
      expectClose(one, whole, tolerance: 1e-6)
    }
  }
}
