// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// One row and what every branch says of it: Figure 4 of MARNet.
package struct ExampleRow: Sendable, Equatable {
  /// A class that a branch deems likely.
  package struct Candidate: Sendable, Equatable {
    package var name: String
    package var isRight: Bool
    /// With the model's draws.
    package var probability: Double
    /// Lowest and highest over single draws; nil where noise takes no part.
    package var range: ClosedRange<Double>?
  }

  /// One branch.
  package struct Branch: Sendable, Equatable {
    /// Of `PredictorName`.
    package var name: String
    package var title: String
    /// The most probable first.
    package var candidates: [Candidate]
    /// How many single draws have the first candidate as theirs; nil where noise takes no part.
    package var agreeingDraws: Int?
  }

  /// In the split, from 0.
  package var row: Int
  /// Its identifier in the file.
  package var identifier: String?
  /// The name of its class; nil for an unlabelled row.
  package var label: String?
  /// Why it was chosen.
  package var reason: String
  package var branches: [Branch]

  /// Single draws that show how much a prediction varies.
  package static let draws = 16
  package static let candidates = 3
}

/// Rows of each kind: put right against the probe, spoilt, and neither.
package enum ExampleChoice {
  /// - Returns: places in the evaluation with the reason, at most six.
  package static func of(
    _ evaluation: DetailedEvaluation, final name: String
  ) -> [(index: Int, reason: String)] {
    guard let probe = evaluation[PredictorName.probe], let own = evaluation[name] else { return [] }
    let labels = evaluation.labels
    func places(_ isProbeRight: Bool, _ isRight: Bool) -> [Int] {
      labels.indices.filter {
        (probe.predictions[$0] == labels[$0]) == isProbeRight
          && (own.predictions[$0] == labels[$0]) == isRight
      }
    }
    func first(_ count: Int, of places: [Int], by weight: (Int) -> Double) -> ArraySlice<Int> {
      places.sorted { (weight($1), $0) < (weight($0), $1) }.prefix(count)
    }
    let repaired = first(2, of: places(false, true)) { probe.nll[$0] - own.nll[$0] }
    let spoilt = first(2, of: places(true, false)) { own.nll[$0] - probe.nll[$0] }
    let both = first(1, of: places(true, true)) { own.nll[$0] }
    let neither = first(1, of: places(false, false)) { own.nll[$0] }
    return repaired.map { ($0, "wrong by the probe, right in the end") }
      + spoilt.map { ($0, "right by the probe, wrong in the end") }
      + both.map { ($0, "right by both, the least sure of them") }
      + neither.map { ($0, "wrong by both, the furthest from right") }
  }
}

extension ExampleRow {
  /// Says what every branch makes of `visual` `[N, Dv]`.
  ///
  /// - Parameter final: the last branch, of `PredictorName`.
  package static func branches(
    of visual: Matrix, labels: [Int32], model: Model, final: String, options: ScoringOptions,
    threads: Int?
  ) throws -> [[Branch]] {
    let names = [
      PredictorName.probe, PredictorName.alignment, PredictorName.reconstruction, final,
    ]
    func probabilities(_ options: ScoringOptions) throws -> [String: Matrix] {
      let tables = try ModelScorer(model, options: options, threads: threads).tables(visual)
      return Dictionary(
        uniqueKeysWithValues: tables.map { ($0.name, LogProbabilities.probabilities($0.1)) })
    }
    let whole = try probabilities(options)
    let key = RandomKey(seed: options.seed ?? model.configuration.seed)
    let single = try (0..<draws).map { draw in
      var options = options
      options.draws = 1
      options.seed = key.derived(UInt64(draw)).seed
      return try probabilities(options)
    }
    return labels.indices.map { row in
      names.compactMap { name in
        whole[name].map { table in
          let varies = name == PredictorName.reconstruction || name == final
          return Branch(
            name, table, row: row, label: labels[row], classNames: model.classNames,
            draws: varies ? single.compactMap { $0[name] } : [])
        }
      }
    }
  }
}

extension ExampleRow.Branch {
  fileprivate init(
    _ name: String, _ table: Matrix, row: Int, label: Int32, classNames: [String],
    draws: [Matrix]
  ) {
    let values = table.row(row)
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    let top = order.prefix(ExampleRow.candidates)
    self.name = name
    title = name == PredictorName.heads ? "Heads" : PredictorTable.title(name)
    candidates = top.map { index in
      let drawn = draws.map { Double($0[row, index]) }
      let range = drawn.min().flatMap { low in drawn.max().map { low...$0 } }
      return ExampleRow.Candidate(
        name: classNames[index], isRight: Int32(index) == label,
        probability: Double(values[index]), range: range)
    }
    let predictions = draws.map { Int(LogProbabilities.predictions($0)[row]) }
    agreeingDraws = draws.isEmpty ? nil : predictions.count { $0 == top.first }
  }
}
