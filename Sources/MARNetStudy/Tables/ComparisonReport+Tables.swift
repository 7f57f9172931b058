// SPDX-License-Identifier: Apache-2.0

import MARNet

extension ComparisonReport {
  /// What was compared on what, in sentences.
  public var heading: [String] {
    let count = Decimals.grouped
    var lines = [
      "\(features): \(count(rows)) training rows (\(count(labelledRows)) labelled, "
        + "\(count(rowsWithText)) with text), \(count(testRows)) test rows "
        + (testSource == StudyRows.TestSource.testGroup.rawValue
          ? "of 'test'" : "kept from 'train', for want of a labelled 'test'")
        + ", \(classes) classes, \(seeds.count) \(seeds.count == 1 ? "seed" : "seeds")."
    ]
    if let summary = regime.summary { lines.append("Regime: \(summary).") }
    if plugin.training.featureNoise > 0 {
      lines.append(
        "Networks were trained with noise of up to \(plugin.training.featureNoise) standard "
          + "deviations on the image.")
    }
    switch plugin.training.classWeights {
    case .none: break
    case .balanced: lines.append("Rows are weighted so that all classes count equally.")
    case .byClass: lines.append("Rows are weighted by class as the configuration says.")
    }
    if seeds.count == 1 {
      lines.append("With one seed, intervals cover the choice of test rows only.")
    }
    return lines
  }

  /// The tables that have rows, at each level of noise.
  public var tables: [ReportTable] {
    levels.flatMap { level in
      Contender.Table.allCases.compactMap { table(of: $0, at: level) }
    }
  }

  private func table(of kind: Contender.Table, at level: Level) -> ReportTable? {
    var rows = level.rows.filter { $0.table == kind }
    let hasContender = rows.contains { $0.id != Contender.probe }
    guard hasContender || (kind == .methods && level.rows.count == 1) else { return nil }
    if kind != .methods { rows = level.rows.filter { $0.id == Contender.probe } + rows }
    var header = [
      "", "top-1 %", "± se", "gain", "95 % interval", "", "balanced %", "top-5 %", "NLL", "ECE %",
    ]
    if level.noise == 0 { header += ["parameters", "fit s", "rows/s"] }
    let noise = level.noise > 0 ? ", test images with noise of \(level.noise)" : ""
    return ReportTable(
      title: Self.title(of: kind) + noise, header: header,
      rows: rows.map { Self.cells($0, isClean: level.noise == 0) },
      notes: rows.flatMap { row in
        row.notes.map { "\(row.title): \($0)" + ($0.hasSuffix(".") ? "" : ".") }
      })
  }

  private static func title(of kind: Contender.Table) -> String {
    switch kind {
    case .methods: "Methods (MARNet's Table 1)"
    case .ablation: "Ablation (MARNet's Table 2, preset paper)"
    case .baselines: "Baselines"
    }
  }

  private static func cells(_ row: Row, isClean: Bool) -> [String] {
    guard row.seeds > 0 else { return [row.title, "not run"] }
    let percent = { (value: Double, digits: Int) in Decimals.text(100 * value, digits: digits) }
    var cells = [
      row.title, percent(row.metrics.top1, 2), row.seeds > 1 ? percent(row.top1Error, 2) : "",
    ]
    if let gain = row.gain {
      cells += [
        signed(100 * gain.mean), "\(signed(100 * gain.low)) to \(signed(100 * gain.high))",
        gain.isClear ? "*" : "",
      ]
    } else {
      cells += ["", "", ""]
    }
    cells += [
      percent(row.metrics.balancedAccuracy, 2), percent(row.metrics.top5, 2),
      Decimals.text(row.metrics.nll, digits: 3),
      percent(row.metrics.ece, 1),
    ]
    if isClean {
      cells += [
        Decimals.grouped(row.parameters), Decimals.text(row.fitSeconds, digits: 1),
        Decimals.grouped(Int(row.rowsPerSecond)),
      ]
    }
    return cells
  }

  private static func signed(_ value: Double) -> String {
    (value >= 0 ? "+" : "") + Decimals.text(value, digits: 2)
  }

  /// What the marks and columns mean.
  public static let legend = [
    "balanced %: mean over the classes of the share of their test rows that are right.",
    "gain: points of top-1 above the probe, paired by test row and seed; * marks intervals that "
      + "exclude zero.",
    "fit s: seconds of one core for the last fit, choosing not counted. rows/s: test rows scored "
      + "a second.",
  ]
}
