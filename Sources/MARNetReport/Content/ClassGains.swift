// SPDX-License-Identifier: Apache-2.0

import MARNet

/// What each class gained or lost against the probe.
package struct ClassGains: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package var name: String
    package var rows: Int
    /// Fractions of the class's rows that are right.
    package var probe: Double
    package var own: Double

    package var gain: Double { own - probe }
  }

  /// Classes with rows, the largest gain first; of equals, in the order of the classes.
  package var rows: [Row]
  /// What is compared to the probe.
  package var predictor: String
  package var better: Int { rows.count { $0.gain > 0 } }
  package var worse: Int { rows.count { $0.gain < 0 } }

  package init(
    _ own: ConfusionCounts, probe: ConfusionCounts, classNames: [String], predictor: String
  ) {
    self.predictor = predictor
    let (counts, right, probeRight) = (own.classRows, own.classRight, probe.classRight)
    let found = counts.indices.filter { counts[$0] > 0 }.map { index in
      Row(
        name: classNames[index], rows: counts[index],
        probe: Double(probeRight[index]) / Double(counts[index]),
        own: Double(right[index]) / Double(counts[index]))
    }
    rows = found.indices.sorted { (found[$1].gain, $0) < (found[$0].gain, $1) }.map { found[$0] }
  }
}
