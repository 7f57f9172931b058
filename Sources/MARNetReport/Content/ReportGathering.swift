// SPDX-License-Identifier: Apache-2.0

import MARNet
import MARNetDense

/// Collects what a page shows: one pass over the rows of the split, then the rows that figures
/// show, chosen from it.
package struct ReportGathering {
  private let model: Model
  private let directory: String
  private let file: FeatureFile
  private let options: ReportOptions
  private let threads: Int?
  private let progress: (ReportProgress) -> Bool

  /// Rows whose denoising is traced, at most.
  private static let tracedRows = 1_000

  package init(
    model: Model, directory: String, file: FeatureFile, options: ReportOptions, threads: Int?,
    progress: @escaping (ReportProgress) -> Bool
  ) {
    self.model = model
    self.directory = directory
    self.file = file
    self.options = options
    self.threads = threads
    self.progress = progress
  }

  /// The rows that are evaluated: those asked for, or `test` where the file has it.
  private var split: Split? {
    options.split ?? (file.splits.contains(.test) ? .test : nil)
  }

  /// - Throws: `DataError`, `ModelError`, `ReportError`, `ConfigurationError`,
  ///   `FitError.cancelled`.
  package func gather() throws -> ReportContent {
    let named = try requested()
    let epochs = try Model.epochs(directory: directory)
    let evaluation = try evaluate()
    let absence = absence(of: evaluation)
    let final = model.decision == .marnet ? PredictorName.fused : PredictorName.heads
    func found<Value: Sendable>(
      _ make: (DetailedEvaluation) throws -> Value?
    ) rethrows -> Finding<Value> {
      guard let evaluation, let value = try make(evaluation) else { return .absent(absence) }
      return .found(value)
    }
    func counts(_ name: String) -> ConfusionCounts? {
      guard let evaluation, let one = evaluation[name] else { return nil }
      return ConfusionCounts(
        labels: evaluation.labels, predictions: one.predictions,
        classCount: model.classNames.count)
    }
    let (fused, probe) = (counts(PredictorName.fused), counts(PredictorName.probe))
    return ReportContent(
      subject: try subject(),
      verdict: Verdict(model, evaluation, split: split, absence: absence),
      predictors: predictors(evaluation, absence),
      calibration: found { Calibration($0, temperature: model.calibrationTemperature) },
      confusion: found { _ in
        guard let fused, let probe else { return nil }
        return Confusion(fused, probe: probe, classNames: model.classNames)
      },
      classes: found { _ in
        guard let own = counts(final), let probe else { return nil }
        return ClassGains(
          own, probe: probe, classNames: model.classNames,
          predictor: model.decision == .marnet ? "fused" : "MARNet's heads")
      },
      curves: epochs.isEmpty
        ? .absent("The model directory has no metrics.jsonl, where 'fit' writes its losses.")
        : .found(LearningCurves.of(epochs)),
      embedding: try embedding(evaluation, fused, named, absence),
      examples: try examples(evaluation, final, absence),
      denoising: try denoising(evaluation, absence),
      data: DataSummary(file, model: model, evaluation: evaluation),
      settings: Settings(model, features: try split.map { try file.sampleFingerprint($0) }))
  }

  /// The classes that were asked for, by their index; checked, as the rows are, before the work.
  private func requested() throws -> [Int] {
    var classes: [Int] = []
    for name in options.classes {
      guard let index = model.classNames.firstIndex(of: name) else {
        throw ReportError.unknownClass(
          name: name, nearest: nearestName(to: name, in: model.classNames))
      }
      if !classes.contains(index) { classes.append(index) }
    }
    let count =
      classes.isEmpty ? min(EmbeddedRows.classCount, model.classNames.count) : classes.count
    guard options.rowsPerClass <= PlaneEmbedding.mostPoints / max(count, 1) else {
      throw ReportError.tooManyPoints(
        classes: count, rowsPerClass: options.rowsPerClass, most: PlaneEmbedding.mostPoints)
    }
    guard let split else { return classes }
    let rowCount = try file.description(of: split).rowCount
    if let row = options.exampleRows.first(where: { !(0..<rowCount).contains($0) }) {
      throw ReportError.rowOutOfRange(row: row, split: split, rowCount: rowCount)
    }
    return classes
  }

  private func subject() throws -> ReportSubject {
    var scoring: [String] = []
    if let split = options.split { scoring += ["--split", split.rawValue] }
    if let draws = options.scoring.draws { scoring += ["--draws", "\(draws)"] }
    if let seed = options.scoring.seed { scoring += ["--seed", "\(seed)"] }
    if options.scoring.precision != .auto {
      scoring += ["--precision", options.scoring.precision.rawValue]
    }
    var own: [String] = options.classes.flatMap { ["--class", shellQuoted($0)] }
    if options.rowsPerClass != ReportOptions().rowsPerClass {
      own += ["--rows-per-class", "\(options.rowsPerClass)"]
    }
    own += options.exampleRows.flatMap { ["--row", "\($0)"] }
    var images = file.layout
    if images.textJoin != nil {
      (images.textJoin, images.textKey, images.textPool) = (nil, nil, nil)
    }
    return ReportSubject(
      model: directory, features: file.paths,
      featureArguments: file.layout.arguments(for: file.paths),
      imageArguments: images.arguments(for: file.paths), split: split,
      evaluationArguments: scoring.joined(separator: " "),
      reportArguments: own.joined(separator: " "))
  }

  private func evaluate() throws -> DetailedEvaluation? {
    guard let split else {
      // A file without any rows has an error of its own.
      if file.splits.isEmpty { _ = try file.description(of: .test) }
      return nil
    }
    let hasLabels = try file.description(of: split).hasLabels
    guard options.split != nil || hasLabels else {
      try file.requireVisualWidth(model.visualWidth, of: split)
      return nil
    }
    return try model.evaluateInDetail(
      file, split: split, options: options.scoring, threads: threads,
      batchRows: options.batchRows, memory: options.memory
    ) { progress(ReportProgress(stage: "evaluating", done: $0, count: $1, unit: "rows")) }
  }

  private func predictors(
    _ evaluation: DetailedEvaluation?, _ absence: String
  ) -> Finding<PredictorTable> {
    let count = model.classNames.count
    if let evaluation, let split {
      return .found(
        PredictorTable(evaluation, split: split, decision: model.decision, classCount: count))
    }
    return PredictorTable(model.report, classCount: count).map { .found($0) } ?? .absent(absence)
  }

  private func absence(of evaluation: DetailedEvaluation?) -> String {
    guard let split else { return "The features have no 'test' rows, so nothing was evaluated." }
    return evaluation == nil
      ? "The rows of '\(split.rawValue)' have no labels, so nothing was evaluated." : ""
  }

  private func embedding(
    _ evaluation: DetailedEvaluation?, _ fused: ConfusionCounts?, _ named: [Int],
    _ absence: String
  ) throws -> Finding<EmbeddedRows> {
    guard let evaluation, let fused, let split else { return .absent(absence) }
    let classes = named.isEmpty ? fused.mostConfused(EmbeddedRows.classCount) : named
    let chosen = EmbeddedRows.rows(of: classes, in: evaluation, perClass: options.rowsPerClass)
    guard chosen.count >= PlaneEmbedding.fewestPoints else {
      return .absent(
        "These classes have \(chosen.count) rows; an embedding needs "
          + "\(PlaneEmbedding.fewestPoints) or more.")
    }
    let visual = try RowGathering.visual(file, split, rows: chosen.map(\.row))
    var scoring = options.scoring
    scoring.includesFeatures = true
    let scores = try model.score(visual, options: scoring, threads: threads)
    guard let reconstruction = scores.reconstruction else {
      preconditionFailure("a score with features has x_CDR")
    }
    let pool = WorkerPool(threads: threads ?? WorkerPool.availableProcessors)
    let found = EmbeddedRows(
      visual: visual, reconstructed: reconstruction, labels: chosen.map(\.label),
      classes: classes, classNames: model.classNames, isDefault: named.isEmpty,
      seed: options.scoring.seed ?? model.configuration.seed, pool: pool
    ) { progress(ReportProgress(stage: "t-SNE", done: $0, count: $1, unit: "iterations")) }
    guard let found else { throw FitError.cancelled }
    return .found(found)
  }

  private func examples(
    _ evaluation: DetailedEvaluation?, _ final: String, _ absence: String
  ) throws -> Finding<[ExampleRow]> {
    guard let split else { return .absent(absence) }
    var chosen: [(row: Int, label: Int32, reason: String)] = []
    for row in options.exampleRows {
      let index = evaluation?.rows.firstIndex(of: row)
      chosen.append((row, index.flatMap { evaluation?.labels[$0] } ?? -1, "asked for"))
    }
    if chosen.isEmpty, let evaluation {
      chosen = ExampleChoice.of(evaluation, final: final).map {
        (evaluation.rows[$0.index], evaluation.labels[$0.index], $0.reason)
      }
    }
    guard !chosen.isEmpty else { return .absent(absence) }
    let visual = try RowGathering.visual(file, split, rows: chosen.map(\.row))
    let branches = try ExampleRow.branches(
      of: visual, labels: chosen.map(\.label), model: model, final: final,
      options: options.scoring, threads: threads)
    return .found(
      try zip(chosen, branches).map { one, branches in
        ExampleRow(
          row: one.row, identifier: try identifier(of: one.row, split),
          label: one.label < 0 ? nil : model.classNames[Int(one.label)], reason: one.reason,
          branches: branches)
      })
  }

  private func identifier(of row: Int, _ split: Split) throws -> String? {
    switch try file.ids(split, rows: row..<row + 1) {
    case .integers(let values)?: values.first.map { "\($0)" }
    case .strings(let values)?: values.first
    case nil: nil
    }
  }

  private func denoising(
    _ evaluation: DetailedEvaluation?, _ absence: String
  ) throws -> Finding<TracedRows> {
    guard let evaluation, let split else { return .absent(absence) }
    let places = EvenSpread.of(Array(evaluation.rows.indices), most: Self.tracedRows)
    let visual = try RowGathering.visual(file, split, rows: places.map { evaluation.rows[$0] })
    guard progress(ReportProgress(stage: "denoising path", done: 0, count: 1, unit: "pass")) else {
      throw FitError.cancelled
    }
    return .found(
      try TracedRows(
        model, visual: visual, labels: places.map { evaluation.labels[$0] }, texts: file,
        options: options.scoring, threads: threads))
  }
}
