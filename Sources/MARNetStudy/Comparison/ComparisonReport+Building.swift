// SPDX-License-Identifier: Apache-2.0

import MARNet

extension ComparisonReport.Row {
  /// Sums up one contender over the seeds.
  ///
  /// - Parameters:
  ///   - outcomes: of the contender, one a seed.
  ///   - probe: of the probe, the same seeds in the same order.
  init(_ contender: Contender, outcomes: [Outcome], probe: [Outcome], level: Int) {
    id = contender.id
    title = contender.title
    table = contender.table
    let finished = outcomes.indices.filter { level < outcomes[$0].scores.count }
    let scores = finished.map { outcomes[$0].scores[level] }
    seeds = finished.count
    top1 = scores.map(\.metrics.top1)
    let mean = ClassificationMetrics(meanOf: scores.map(\.metrics))
    metrics = mean
    let squares = top1.reduce(0) { $0 + ($1 - mean.top1) * ($1 - mean.top1) }
    top1Error =
      seeds > 1 ? (squares / Double(seeds - 1) / Double(seeds)).squareRoot() : 0
    if contender.id != Contender.probe, !finished.isEmpty {
      gain = ComparisonReport.Gain(
        CrossedDifference(
          finished.map { seed in
            zip(outcomes[seed].scores[level].values, probe[seed].scores[level].values)
              .map { $0 - $1 }
          }))
    }
    parameters = finished.map { outcomes[$0].parameterCount }.max() ?? 0
    fitSeconds = Self.median(finished.map { outcomes[$0].fitSeconds })
    rowsPerSecond = Self.median(finished.map { outcomes[$0].rowsPerSecond })
    let chosen = finished.compactMap { outcomes[$0].choice }
    choices = chosen.isEmpty ? nil : chosen
    notes = Self.notes(outcomes)
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }

  /// Each reason once, with how many seeds it is true of.
  private static func notes(_ outcomes: [Outcome]) -> [String] {
    var counts: [(text: String, count: Int)] = []
    for text in outcomes.flatMap({ [$0.failure].compactMap { $0 } + $0.notes }) {
      if let place = counts.firstIndex(where: { $0.text == text }) {
        counts[place].count += 1
      } else {
        counts.append((text, 1))
      }
    }
    return counts.map { text, count in
      count == outcomes.count ? text : "\(text) (\(count) of \(outcomes.count) seeds)"
    }
  }
}

extension ComparisonReport.Gain {
  init(_ difference: CrossedDifference) {
    mean = difference.mean
    low = difference.mean - difference.halfWidth
    high = difference.mean + difference.halfWidth
    isClear = difference.isClear
  }
}

extension ClassificationMetrics {
  /// Means of every metric; 0 of none.
  init(meanOf all: [ClassificationMetrics]) {
    func mean(_ value: (ClassificationMetrics) -> Double) -> Double {
      all.reduce(0) { $0 + value($1) } / Double(max(all.count, 1))
    }
    self = all.first ?? MetricsAccumulator(classCount: 1).metrics
    top1 = mean(\.top1)
    top5 = mean(\.top5)
    balancedAccuracy = mean(\.balancedAccuracy)
    nll = mean(\.nll)
    ece = mean(\.ece)
  }
}
