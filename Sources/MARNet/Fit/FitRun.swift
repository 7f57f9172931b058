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
  private let data: PreparedData
  private let dimensions: HeadDimensions
  private let alignmentLoss: (any CustomAlignmentLoss)?
  private let keepsTargets: Bool?
  private let checkpoints: FitCheckpoints?

  init(
    configuration: Configuration, pool: WorkerPool, rows: PairedSource,
    validation: PairedSource?, alignmentLoss: (any CustomAlignmentLoss)?, keepingTargets: Bool?,
    checkpoints: FitCheckpoints?, progress: @escaping FitProgressHandler
  ) throws {
    self.configuration = configuration
    self.pool = pool
    self.alignmentLoss = alignmentLoss
    keepsTargets = keepingTargets
    self.checkpoints = checkpoints
    key = RandomKey(seed: configuration.seed)
    data = try PreparedData(rows, validation: validation, pool: pool)
      .weighted(by: configuration.training.classWeights)
    dimensions = data.dimensions(configuration)
    try BatchShares(data.rows, options: configuration.training).check()
    let forecast = FitForecast(FitStage.all(configuration, data, key: key))
    self.progress = { progress(forecast.placing($0)) }
    let identity = RunIdentity(
      data, configuration: configuration, alignmentLoss: alignmentLoss?.name,
      replaces: checkpoints?.replacesModel ?? false)
    guard data.rows.ranks.agree(identity.hash) else {
      throw FitError.ranksDiffer(stage: "before the first step")
    }
    try checkpoints?.begin(identity)
  }

  /// Networks fitted on some of the rows, with the probe that stands beside them.
  struct Fitted {
    var prefit: Prefit
    var heads: TrainedHeads
    var controls: Model.Controls
    var records: [EpochRecord]
    /// Of the joint network, or of each of the first two stages.
    var steps: Int
  }

  /// Whether the networks that never saw text go into the model.
  private var keepsImageOnly: Bool { configuration.validation.keepsImageOnly }

  func model() throws -> Model {
    let prefit = try linearPrefit(data.rows, choosing: nil, purpose: "all rows")
    let heldOut = try data.heldOut(configuration.validation, key: key, pool: pool)
    var outcome = HeldOutOutcome.untested(rowCount: heldOut?.rows.labels.count ?? 0)
    var final: Fitted?
    if let heldOut, heldOut.rows.labels.count >= configuration.validation.minimumRows {
      let fitted: Fitted
      if data.validation == nil {
        fitted = try networks(
          on: heldOut.inner,
          prefit: try linearPrefit(heldOut.inner, choosing: prefit, purpose: "held-out test"),
          heldOut: heldOut.rows, purpose: "held-out test", withImageOnly: true)
      } else {
        fitted = try networks(
          on: data.rows, prefit: prefit, heldOut: heldOut.rows, purpose: "fit",
          withImageOnly: true)
        final = fitted
      }
      outcome = HeldOutTest(
        configuration: configuration, dimensions: dimensions, pool: pool
      ).run(fitted, on: heldOut.rows)
      outcome.records = data.validation == nil ? fitted.records : []
    }
    let last =
      try final
      ?? networks(
        on: data.rows, prefit: prefit, heldOut: nil, purpose: "final fit",
        withImageOnly: keepsImageOnly)
    return try model(last, outcome)
  }

  private func model(_ fitted: Fitted, _ outcome: HeldOutOutcome) throws -> Model {
    var controls = fitted.controls
    if !keepsImageOnly { controls = Model.Controls() }
    let report = FitReport(
      data: data, fitted: fitted, outcome: outcome, hasValidation: data.validation != nil,
      bfloat16Difference: try PrecisionCheck(configuration: configuration, pool: pool)
        .difference(fitted.heads, on: data.rows),
      steps: fitted.steps,
      method: configuration.alignment.method, alignmentLoss: alignmentLoss?.name)
    return Model(
      configuration: configuration, classNames: data.classNames, visualWidth: dimensions.visual,
      textWidth: dimensions.text, dataFingerprint: data.fingerprint, decision: outcome.decision,
      calibrationTemperature: outcome.calibrationTemperature, report: report,
      epochs: outcome.records + fitted.records, visualStandardizer: data.visualStandardizer,
      textStandardizer: data.textStandardizer, probe: fitted.prefit.imageProbe,
      heads: fitted.heads, controls: controls)
  }

  private func linearPrefit(
    _ rows: PreparedRows, choosing earlier: Prefit?, purpose: String
  ) throws -> Prefit {
    let stage = FitStage.prefit(purpose)
    let start = ContinuousClock.now
    let report = {
      let control = progress(
        FitProgress(
          stage: stage, epoch: 0, epochCount: 0, step: 0, stepCount: 0,
          isEpochEnd: false, losses: [], record: nil, validationTop1: nil, rowsPerSecond: 0,
          secondsLeft: 0, stageSeconds: (ContinuousClock.now - start).inSeconds))
      if data.rows.ranks.any(control == .cancel) {
        throw checkpoints?.interruption ?? FitError.cancelled
      }
    }
    try report()
    func make() throws -> Prefit {
      try rows.prefit(configuration, choosing: earlier, key: key, pool: pool, checkpoint: report)
    }
    let prefit = try checkpoints?.prefit(stage, of: rows, make: make) ?? make()
    guard data.rows.ranks.agree(prefit.hash) else { throw FitError.ranksDiffer(stage: stage) }
    return prefit
  }

  private func networks(
    on rows: PreparedRows, prefit: Prefit, heldOut: HeldOutRows?, purpose: String,
    withImageOnly: Bool
  ) throws -> Fitted {
    let training = try HeadTraining(
      configuration: configuration, dimensions: dimensions, pool: pool, purpose: purpose,
      heldOut: heldOut, alignmentLoss: alignmentLoss)
    try training.shares(of: rows).check()
    let trainer = NetworkTrainer(
      pool: pool, ranks: data.rows.ranks, progress: progress, checkpoints: checkpoints)
    let plain = try rows.trainingRows(teacher: nil, weight: 0, pool: pool)
    let networkKey = key.derived(FitStream.networks)
    var controls = Model.Controls()
    var records: [EpochRecord] = []
    let heads: TrainedHeads
    switch configuration.training.scheme {
    case .joint:
      let soft =
        configuration.teacher.isEnabled
        ? try rows.trainingRows(
          teacher: prefit, weight: configuration.teacher.weight, keepingTargets: keepsTargets,
          pool: pool) : plain
      let joint = try training.joint(
        on: soft, gate: prefit.gate, usesText: true, stage: FitStage.joint,
        key: networkKey)
      records += try trainer.train(joint.course)
      heads = joint.product
      if configuration.validation.imageOnlyControl {
        let control = try training.joint(
          on: plain, gate: 0, usesText: false, stage: FitStage.control, key: networkKey)
        records += try trainer.train(control.course)
        controls.joint = control.product
      }
    case .staged:
      let trained = try training.staged(
        on: plain, key: networkKey, train: trainer.train)
      heads = trained.heads
      records += trained.records
    }
    if withImageOnly {
      for index in 0..<FitStage.imageOnlyCount {
        let network = training.alignment(
          on: plain, weight: 0, stage: FitStage.imageOnly(index),
          key: key.derived(FitStream.imageOnly + UInt64(index)))
        records += try trainer.train(network.course)
        controls.imageOnly.append(network.product)
      }
    }
    return Fitted(
      prefit: prefit, heads: heads, controls: controls, records: records,
      steps: configuration.training.stepCount(
        stepsPerEpoch: training.shares(of: rows).stepsPerEpoch))
  }
}
