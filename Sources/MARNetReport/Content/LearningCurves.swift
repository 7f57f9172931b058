// SPDX-License-Identifier: Apache-2.0

import MARNet

/// The curves of one network: every loss term and the validation accuracy over its epochs.
package struct LearningCurves: Sendable, Equatable {
  /// One term.
  package struct Panel: Sendable, Equatable {
    package var title: String
    /// What is read off the vertical axis.
    package var unit: String
    package var isFraction: Bool
    package var series: [Series]
  }

  /// One training of the network.
  package struct Series: Sendable, Equatable {
    /// "held-out test" or "final fit"; empty where the network was trained once.
    package var run: String
    /// Epoch and value.
    package var points: [(epoch: Int, value: Double)]

    package static func == (left: Series, right: Series) -> Bool {
      left.run == right.run
        && left.points.elementsEqual(right.points) { $0.epoch == $1.epoch && $0.value == $1.value }
    }
  }

  /// Of a stage, such as "joint network".
  package var network: String
  /// Whether it never saw text.
  package var isControl: Bool
  package var panels: [Panel]

  private static let terms:
    [(title: String, unit: String, value: KeyPath<EpochRecord, Double?> & Sendable)] = [
      ("Alignment cross-entropy", "nats", \.alignmentCrossEntropy),
      ("Alignment loss, weighted", "nats", \.alignmentLoss),
      ("Reconstruction cross-entropy", "nats", \.reconstructionCrossEntropy),
      ("Denoiser error, weighted", "mean square", \.reconstructionError),
      ("Fusion cross-entropy", "nats", \.fusionCrossEntropy),
    ]

  /// Splits "stage 1 of 3, alignment, held-out test" in the network and the run.
  package static func split(_ stage: String) -> (network: String, run: String) {
    for run in ["held-out test", "final fit"] where stage.hasSuffix(", " + run) {
      return (String(stage.dropLast(run.count + 2)), run)
    }
    return (stage, "")
  }

  package static func of(_ epochs: [EpochRecord]) -> [LearningCurves] {
    var networks: [String] = []
    var runs: [String: [String]] = [:]
    var records: [String: [EpochRecord]] = [:]
    for record in epochs {
      let (network, run) = split(record.stage)
      if !networks.contains(network) { networks.append(network) }
      if runs[network]?.contains(run) != true { runs[network, default: []].append(run) }
      records[record.stage, default: []].append(record)
    }
    return networks.map { network in
      let own = (runs[network] ?? []).map { run in
        (run, records[run.isEmpty ? network : "\(network), \(run)"] ?? [])
      }
      return LearningCurves(
        network: network, isControl: network.hasPrefix("image-only"), panels: panels(own))
    }
  }

  private static func panels(_ runs: [(String, [EpochRecord])]) -> [Panel] {
    func panel(
      _ title: String, _ unit: String, isFraction: Bool = false,
      _ value: (EpochRecord) -> Double?
    ) -> Panel? {
      let series = runs.compactMap { run, records -> Series? in
        let points = records.compactMap { record in
          value(record).map { (epoch: record.epoch, value: $0) }
        }
        return points.isEmpty ? nil : Series(run: run, points: points)
      }
      return series.isEmpty
        ? nil : Panel(title: title, unit: unit, isFraction: isFraction, series: series)
    }
    let terms = terms.compactMap { term in
      panel(term.title, term.unit) { $0[keyPath: term.value] }
    }
    // The sum of one term is that term.
    let total = terms.count == 1 ? nil : panel("Total loss", "nats") { $0.loss }
    let accuracy = panel("Accuracy on held-out rows", "%", isFraction: true) { $0.validationTop1 }
    return [total].compactMap { $0 } + terms + [accuracy].compactMap { $0 }
  }
}
