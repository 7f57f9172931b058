// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense
import MARNetHeads

/// One fit, in the order of the recipe: statistics, linear prefit, held-out test, final fit,
/// calibration.
struct FitRun {
  private let configuration: Configuration
  private let pool: WorkerPool
  private let progress: FitProgressHandler
  private let key: RandomKey
  private let rows: PreparedRows
  private let validation: PreparedRows?
  private let visualStandardizer: Standardizer
  private let textStandardizer: Standardizer
  private let dimensions: HeadDimensions
  private let classNames: [String]
  private let fingerprint: String

  init(
    configuration: Configuration, pool: WorkerPool, rows: PairedRows, validation: PairedRows?,
    progress: @escaping FitProgressHandler
  ) {
    self.configuration = configuration
    self.pool = pool
    self.progress = progress
    fingerprint = rows.fingerprint
    key = RandomKey(seed: configuration.seed)
    classNames = rows.classNames
    let visual = Standardizer(of: rows.visual)
    let withText = rows.hasText.indices.filter { rows.hasText[$0] }
    let text = rows.text ?? Matrix(rowCount: rows.rowCount, columnCount: 1)
    let semantic = Standardizer(of: text, rows: withText)
    visualStandardizer = visual
    textStandardizer = semantic
    self.rows = PreparedRows(rows, visual: visual, text: semantic, pool: pool)
    self.validation = validation.map {
      PreparedRows($0, visual: visual, text: semantic, pool: pool)
    }
    dimensions = HeadDimensions(
      configuration, visual: rows.visual.columnCount, text: text.columnCount,
      classes: rows.classNames.count)
  }

  /// Networks fitted on some of the rows, with the probe that stands beside them.
  struct Fitted {
    var prefit: Prefit
    var heads: TrainedHeads
    var controls: Model.Controls
    var records: [EpochRecord]
  }

  /// Whether the networks that never saw text go into the model.
  private var keepsImageOnly: Bool {
    configuration.validation.imageOnlyEnsemble || configuration.validation.imageOnlyControl
  }

  func model() throws -> Model {
    let prefit = try linearPrefit(rows, choosing: nil, purpose: "all rows")
    let heldOut = heldOutRows()
    var outcome = HeldOutOutcome.untested(rowCount: heldOut?.labels.count ?? 0)
    var final: Fitted?
    if let heldOut, heldOut.labels.count >= configuration.validation.minimumRows {
      let fitted: Fitted
      if validation == nil {
        let held = Set(heldOut.positions)
        let inner = rows.rows(at: (0..<rows.rowCount).filter { !held.contains($0) })
        fitted = try networks(
          on: inner, prefit: try linearPrefit(inner, choosing: prefit, purpose: "held-out test"),
          heldOut: HeldOutRows(rows: heldOut.rows, labels: heldOut.labels),
          purpose: "held-out test", withImageOnly: true)
      } else {
        fitted = try networks(
          on: rows, prefit: prefit,
          heldOut: HeldOutRows(rows: heldOut.rows, labels: heldOut.labels), purpose: "fit",
          withImageOnly: true)
        final = fitted
      }
      outcome = HeldOutTest(
        configuration: configuration, dimensions: dimensions, pool: pool
      ).run(fitted, rows: heldOut.rows, labels: heldOut.labels)
      outcome.records = validation == nil ? fitted.records : []
    }
    let last =
      try final
      ?? networks(
        on: rows, prefit: prefit, heldOut: nil, purpose: "final fit",
        withImageOnly: keepsImageOnly)
    return try model(last, outcome)
  }

  private func model(_ fitted: Fitted, _ outcome: HeldOutOutcome) throws -> Model {
    var controls = fitted.controls
    if !keepsImageOnly { controls = Model.Controls() }
    let report = FitReport(
      rows: rows, fitted: fitted, outcome: outcome, hasValidation: validation != nil,
      bfloat16Difference: try PrecisionCheck(configuration: configuration, pool: pool)
        .difference(fitted.heads, on: rows.visual),
      steps: configuration.training.stepCount(rowCount: rows.rowCount))
    return Model(
      configuration: configuration, classNames: classNames, visualWidth: dimensions.visual,
      textWidth: dimensions.text, dataFingerprint: fingerprint, decision: outcome.decision,
      calibrationTemperature: outcome.calibrationTemperature, report: report,
      epochs: outcome.records + fitted.records, visualStandardizer: visualStandardizer,
      textStandardizer: textStandardizer, probe: fitted.prefit.imageProbe, heads: fitted.heads,
      controls: controls)
  }

  /// The rows the report, the fallback and the calibration are measured on.
  private func heldOutRows() -> (rows: KeyedRows, labels: [Int32], positions: [Int])? {
    let source = validation ?? rows
    let positions: [Int]
    if validation != nil {
      positions = source.labelledRows
    } else {
      positions = StratifiedSplit.holdOut(
        labels: rows.labels, fraction: configuration.validation.fraction,
        key: key.derived(FitStream.split))
    }
    guard !positions.isEmpty else { return nil }
    return (
      source.visual.rows(at: positions), positions.map { source.labels[$0] }, positions
    )
  }

  private func linearPrefit(
    _ rows: PreparedRows, choosing earlier: Prefit?, purpose: String
  ) throws -> Prefit {
    let report = {
      let control = progress(
        FitProgress(
          stage: "linear prefit, \(purpose)", epoch: 0, epochCount: 0, step: 0, stepCount: 0,
          isEpochEnd: false, losses: [], validationTop1: nil, rowsPerSecond: 0, secondsLeft: 0))
      if control == .cancel { throw FitError.cancelled }
    }
    try report()
    return try Prefit.fit(
      visual: rows.visual.visual,
      text: configuration.training.scheme == .joint ? rows.text : nil, hasText: rows.hasText,
      labels: rows.labels, classCount: rows.classCount,
      options: PrefitOptions(
        probe: configuration.probe, teacher: configuration.teacher, imageC: earlier?.imageProbe.c,
        textC: earlier?.textProbe?.c),
      key: key.derived(FitStream.prefit), pool: pool, checkpoint: report)
  }

  private func networks(
    on rows: PreparedRows, prefit: Prefit, heldOut: HeldOutRows?, purpose: String,
    withImageOnly: Bool
  ) throws -> Fitted {
    let training = try HeadTraining(
      configuration: configuration, dimensions: dimensions, pool: pool, purpose: purpose,
      heldOut: heldOut)
    let trainer = NetworkTrainer(pool: pool, progress: progress)
    let hard = SoftTargets(
      labels: rows.labels, hasText: rows.hasText, classCount: rows.classCount, prefit: nil,
      teacherWeight: 0)
    let plain = rows.trainingRows(hard)
    let networkKey = key.derived(FitStream.networks)
    var controls = Model.Controls()
    var records: [EpochRecord] = []
    let heads: TrainedHeads
    switch configuration.training.scheme {
    case .joint:
      let soft =
        configuration.teacher.isEnabled
        ? SoftTargets(
          labels: rows.labels, hasText: rows.hasText, classCount: rows.classCount,
          prefit: prefit, teacherWeight: configuration.teacher.weight) : hard
      let joint = try training.joint(
        on: rows.trainingRows(soft), gate: prefit.gate, usesText: true, stage: "joint network",
        key: networkKey)
      records += try trainer.train(joint.course)
      heads = joint.product
      if configuration.validation.imageOnlyControl {
        let control = try training.joint(
          on: plain, gate: 0, usesText: false, stage: "image-only control", key: networkKey)
        records += try trainer.train(control.course)
        controls.joint = control.product
      }
    case .staged:
      let trained = try training.staged(
        on: plain, labelled: rows.labelledRows, key: networkKey, train: trainer.train)
      heads = trained.heads
      records += trained.records
    }
    if withImageOnly {
      for index in 0..<2 {
        let network = training.alignment(
          on: plain, weight: 0, stage: "image-only network \(index + 1) of 2",
          key: key.derived(FitStream.imageOnly + UInt64(index)))
        records += try trainer.train(network.course)
        controls.imageOnly.append(network.product)
      }
    }
    return Fitted(prefit: prefit, heads: heads, controls: controls, records: records)
  }
}
