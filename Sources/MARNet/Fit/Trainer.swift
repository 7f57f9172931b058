// SPDX-License-Identifier: Apache-2.0

import MARNetData
import MARNetDense

/// Fits MARNet on paired rows.
///
/// ```swift
/// let trainer = try Trainer()
/// let model = try trainer.fit(featuresAt: "features.h5")
/// let scores = try model.score(images)
/// ```
public struct Trainer: Sendable {
  /// Every hyper-parameter.
  public let configuration: Configuration
  /// Workers; the number changes no bit of the result.
  public let threads: Int
  /// What a fit on a file may take; changes no bit of the result.
  public let memory: MemoryBudget
  /// The alignment loss, where it is the caller's own.
  public let alignmentLoss: (any CustomAlignmentLoss)?
  /// The processes that fit together on files that each of them can read.
  package var ranks: any RankGroup = SingleRank.only

  /// - Parameters:
  ///   - configuration: hyper-parameters; checked here.
  ///   - threads: all available processors when nil.
  ///   - memory: three quarters of what is available when nil.
  ///   - alignmentLoss: takes the place of `configuration.alignment.method`.
  /// - Throws: `ConfigurationError` for values out of range.
  public init(
    configuration: Configuration = Configuration(), threads: Int? = nil,
    memory: MemoryBudget? = nil, alignmentLoss: (any CustomAlignmentLoss)? = nil
  ) throws(ConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
    self.threads = max(1, threads ?? WorkerPool.availableProcessors)
    self.memory = memory ?? .automatic
    self.alignmentLoss = alignmentLoss
  }

  /// Fits on the groups `train` and, where there is one, `val` of a feature file; `test` is
  /// never read.
  ///
  /// - Throws: `DataError`, `FitError`, `ClassWeightsError`.
  public func fit(
    featuresAt path: String, progress: FitProgressHandler = { _ in .proceed }
  ) throws -> Model {
    try fit(FeatureFile(path: path, threads: threads), progress: progress)
  }

  /// Fits on the splits `train` and, where there is one, `val` of open features; `test` is
  /// never read.
  ///
  /// - Parameters:
  ///   - file: the open features.
  ///   - checkpoints: keep the work so far; the fit goes on with theirs where it was begun.
  ///   - willBegin: told, before the first feature is read, how memory is used.
  ///   - progress: called on this thread; answering `.cancel` stops the fit.
  /// - Throws: `DataError`, `FitError`, `ClassWeightsError`, `CheckpointError`,
  ///   `ConfigurationError` when `memory` is not enough.
  public func fit(
    _ file: FeatureFile, checkpoints: FitCheckpoints? = nil,
    willBegin: (MemoryPlan) -> Void = { _ in },
    progress: FitProgressHandler = { _ in .proceed }
  ) throws -> Model {
    let all = try file.pairedSource(
      .train, withTokens: configuration.alignment.method == .team && alignmentLoss == nil)
    let allValidation = file.splits.contains(.val) ? try file.pairedSource(.val) : nil
    try check(all, allValidation)
    let configuration = try configuration.divided(among: ranks, goingOnWith: checkpoints)
    let rows = all.divided(among: ranks, parts: configuration.training.parts)
    let validation = allValidation?.divided(among: ranks, parts: nil)
    let plan = try MemoryPlan(
      rows, validation: validation, configuration: configuration, budget: memory,
      threads: threads)
    willBegin(plan)
    return try run(
      configuration,
      plan.residency == .resident ? rows.resident() : rows,
      validation: plan.residency == .resident
        ? validation?.resident(withText: false) : validation,
      keepingTargets: plan.keepsTargets, checkpoints: checkpoints, progress: progress)
  }

  /// Fits on rows in memory.
  ///
  /// - Parameters:
  ///   - rows: training rows; every class has a labelled one, and some rows have text.
  ///   - validation: rows to report, fall back and calibrate on. When nil, a seeded stratified
  ///     part of the labelled training rows is held out for that, and the final model is
  ///     fitted on all rows.
  ///   - checkpoints: keep the work so far; the fit goes on with theirs where it was begun.
  ///   - progress: called on this thread; answering `.cancel` stops the fit.
  /// - Throws: `DataError`, `FitError`, `ClassWeightsError`, `CheckpointError`.
  public func fit(
    _ rows: PairedRows, validation: PairedRows? = nil, checkpoints: FitCheckpoints? = nil,
    progress: FitProgressHandler = { _ in .proceed }
  ) throws -> Model {
    try fit(
      PairedSource(rows), validation: validation.map { PairedSource($0) },
      checkpoints: checkpoints, progress: progress)
  }

  /// Fits on rows wherever they lie.
  ///
  /// - Parameter keepingTargets: as in `PreparedRows.trainingRows`.
  package func fit(
    _ rows: PairedSource, validation: PairedSource?, keepingTargets: Bool? = nil,
    checkpoints: FitCheckpoints? = nil, progress: FitProgressHandler = { _ in .proceed }
  ) throws -> Model {
    try check(rows, validation)
    let configuration = try configuration.divided(among: ranks, goingOnWith: checkpoints)
    return try run(
      configuration, rows.divided(among: ranks, parts: configuration.training.parts),
      validation: validation?.divided(among: ranks, parts: nil),
      keepingTargets: ranks.isShared ? false : keepingTargets, checkpoints: checkpoints,
      progress: progress)
  }

  private func run(
    _ configuration: Configuration, _ rows: PairedSource, validation: PairedSource?,
    keepingTargets: Bool?, checkpoints: FitCheckpoints?, progress: FitProgressHandler
  ) throws -> Model {
    try withoutActuallyEscaping(progress) { progress in
      try FitRun(
        configuration: configuration, pool: WorkerPool(threads: threads), rows: rows,
        validation: validation, alignmentLoss: alignmentLoss, keepingTargets: keepingTargets,
        checkpoints: checkpoints, progress: progress
      ).model()
    }
  }

  /// What can be told to be wrong before features are read.
  private func check(_ rows: PairedSource, _ validation: PairedSource?) throws {
    try rows.requireEveryClassLabelled()
    try rows.requireText()
    try configuration.training.classWeights.check(classNames: rows.classNames)
    if let validation, validation.visual.width != rows.visual.width {
      throw ModelError.widthDiffers(
        found: validation.visual.width, needed: rows.visual.width)
    }
  }
}
