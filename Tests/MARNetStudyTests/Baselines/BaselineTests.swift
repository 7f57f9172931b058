// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense
import MARNetStudy
import TestSupport
import Testing

/// The baselines that are no networks.
@Suite struct BaselineTests {
  let pool = WorkerPool(threads: 2)

  /// Rows with as many labels as `labelled`, and others to try them on.
  private func rows(_ count: Int, labelled: Int? = nil, seed: UInt64 = 1) throws -> PreparedRows {
    let visual = Seeded.normal(count, 5, seed: seed)
    let paired = try PairedRows(
      visual: visual, text: Seeded.normal(count, 3, seed: seed &+ 1),
      labels: (0..<count).map { $0 < labelled ?? count ? Int32($0 * $0 % 3) : -1 },
      classNames: ["a", "b", "c"])
    return try PreparedData(rows: paired, validation: nil, pool: pool).rows
  }

  /// Cosines of all pairs in Float64, a full sort, and a vote.
  private func reference(_ train: PreparedRows, _ query: [Float], k: Int) throws -> [Float] {
    func unit(_ x: [Float]) -> [Double] {
      let values = x.map { Double($0) }
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { $0 / length }
    }
    let own = unit(query)
    let images = try train.visualMatrix(pool: pool)
    let ranked = train.labelledRows.map { row in
      (row, zip(unit(images.row(row)), own).reduce(0) { $0 + $1.0 * $1.1 })
    }.sorted { $0.1 > $1.1 }
    var votes = [Double](repeating: 1.0 / 3, count: 3)
    for (row, _) in ranked.prefix(k) { votes[Int(train.labels[row])] += 1 }
    let sum = votes.reduce(0, +)
    return votes.map { Float(log($0 / sum)) }
  }

  @Test(arguments: [1, 2, 7, 20, 60, 500])
  func neighboursVote(k: Int) throws {
    let train = try rows(70, labelled: 60)
    let queries = try rows(300, seed: 9)
    let found = try NearestNeighbours(train, neighbours: k, pool: pool)
      .logProbabilities(of: queries.keyed(pool: pool), pool: pool)
    let expected = Matrix(
      rows: try (0..<300).map {
        try reference(train, queries.visualMatrix(pool: pool).row($0), k: k)
      })
    expectClose(found, expected, tolerance: 1e-5, "k = \(k)")
    #expect(try NearestNeighbours(train, neighbours: k, pool: pool).neighbours == min(k, 60))
  }

  /// Of rows that are the same, those that stand first vote.
  @Test func tiesGoToTheFirstRows() throws {
    let one: [Float] = [1, 2, 3, -1]
    let other: [Float] = [-3, 0, 1, 2]
    let paired = try PairedRows(
      visual: Matrix(rows: [other, one, one, one, one, other]),
      text: Matrix(rows: [[Float]](repeating: [1], count: 6)),
      labels: [0, 1, 1, 0, 0, 1], classNames: ["a", "b"])
    let rows = try PreparedData(rows: paired, validation: nil, pool: pool).rows
    let found = try NearestNeighbours(rows, neighbours: 2, pool: pool)
      .logProbabilities(of: rows.keyed(at: [3], pool: pool), pool: pool)
    // Rows 1 and 2, both of class 1: (0 + 1/2) / 3 and (2 + 1/2) / 3.
    expectClose(found, Matrix(rows: [[Float(log(0.5 / 3)), Float(log(2.5 / 3))]]))
  }

  @Test func theBestNumberOfNeighboursIsChosen() throws {
    let features = try SmallStudy.features()
    let data = try PreparedData(rows: try features.pairedRows(.train), validation: nil, pool: pool)
    let held = try #require(
      try data.heldOut(ValidationOptions(), key: RandomKey(seed: 1), pool: pool))
    let losses = try NearestNeighbours.choices.map { k in
      (
        k,
        RowMetrics.nll(
          try NearestNeighbours(held.inner, neighbours: k, pool: pool)
            .logProbabilities(of: held.rows.rows, pool: pool), labels: held.rows.labels
        ).reduce(0, +)
      )
    }
    #expect(
      try NearestNeighbours.chooseNeighbours(held.inner, heldOut: held.rows, pool: pool)
        == losses.min { $0.1 < $1.1 }?.0)
    // With nine labelled rows, k of 10 and more are not tried.
    let few = held.inner.rows(at: Array(0..<9))
    #expect(try NearestNeighbours.chooseNeighbours(few, heldOut: held.rows, pool: pool) <= 5)
  }

  @Test func theBestStrengthIsChosen() throws {
    let features = try SmallStudy.features { $0.visualWidth = 40 }
    let data = try PreparedData(rows: try features.pairedRows(.train), validation: nil, pool: pool)
    let held = try #require(
      try data.heldOut(ValidationOptions(), key: RandomKey(seed: 1), pool: pool))
    let chosen = try TunedLogistic.chooseC(
      held.inner, heldOut: held.rows, pool: pool, checkpoint: {})
    func loss(_ c: Double) throws -> Double {
      let probe = try TunedLogistic.fit(held.inner, c: c, pool: pool, checkpoint: {})
      #expect(probe.c == c)
      return RowMetrics.nll(
        probe.logProbabilities(of: held.rows.rows.visual, pool: pool), labels: held.rows.labels
      ).reduce(0, +)
    }
    #expect(TunedLogistic.grid.first != chosen && TunedLogistic.grid.last != chosen)
    let best = try loss(chosen)
    // Solved to the end, neighbours on the grid may come within a thousandth.
    for c in TunedLogistic.grid { #expect(try loss(c) > best * 0.999, "c = \(c)") }
  }

  /// Labelled rows keep their label; others are taught what the probe says of them.
  @Test func selfTrainingTeachesWhatTheProbeSays() throws {
    let features = try SmallStudy.halfLabelled()
    let rows = try PreparedData(
      rows: try features.pairedRows(.train), validation: nil, pool: pool
    ).rows
    let probe = try TunedLogistic.fit(rows, c: 0.1, pool: pool, checkpoint: {})
    let found = try SelfTraining.trainingRows(rows, probe: probe, pool: pool)
    let said = LogProbabilities.probabilities(
      probe.logProbabilities(of: try rows.visualMatrix(pool: pool), pool: pool))
    guard case .table(let targets) = found.targets else {
      Issue.record("self-training keeps a table of targets")
      return
    }
    #expect(rows.labels.count { $0 < 0 } == 100)
    for (row, label) in rows.labels.enumerated() {
      let expected =
        label < 0 ? said.row(row) : (0..<4).map { $0 == Int(label) ? Float(1) : 0 }
      #expect(targets.row(row) == expected)
    }
    #expect(found.weights.allSatisfy { $0 == 1 })
    #expect(found.rows.labels == rows.labels)
  }
}
