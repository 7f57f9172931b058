// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense
import MARNetHeads

/// Searches hyper-parameters of the preset `plugin` at random. Trials share the rows, the
/// linear prefit and the batches; each is judged on held-out training rows. The test split is
/// never read.
public struct HyperparameterSearch: Sendable {
  /// The report of all trials.
  public static let trialsName = "trials.json"
  /// The configuration that was chosen.
  public static let configurationName = "config.json"
  /// Networks trained side by side, and kept on disk together.
  private static let trialsAtATime = 8

  /// Where the search starts.
  public let base: Configuration
  /// What is tried.
  public let space: SearchSpace
  /// Configurations tried, the base among them.
  public let trialCount: Int
  /// Workers; the number changes no result.
  public let threads: Int
  /// What the search may take; changes no result.
  public let memory: MemoryBudget

  /// - Parameters:
  ///   - base: where the search starts, joint training; its seed keys the trials.
  ///   - trialCount: configurations tried, the base among them.
  /// - Throws: `StudyError`, `ConfigurationError`: every trial's configuration is checked.
  public init(
    base: Configuration = Configuration(), space: SearchSpace = .standard, trialCount: Int = 24,
    threads: Int? = nil, memory: MemoryBudget? = nil
  ) throws {
    try StudyError.check("--trials", trialCount, 1...10_000)
    try space.requireVariable()
    try base.validate()
    guard base.training.scheme == .joint else {
      throw ConfigurationError.incompatible(
        reason: "the search trains joint networks, but 'training.scheme' is 'staged'",
        remedy: "Leave 'training.scheme' out.")
    }
    self.base = base
    self.space = space
    self.trialCount = trialCount
    self.threads = max(1, threads ?? WorkerPool.availableProcessors)
    self.memory = memory ?? .automatic
    for trial in 0..<trialCount { _ = try configuration(trial) }
  }

  private var key: RandomKey { RandomKey(seed: base.seed) }

  private func configuration(_ trial: Int) throws -> Configuration {
    let result = try base.setting(try assignments(trial))
    try result.validate()
    try result.requireOnePart()
    return result
  }

  /// What a trial sets that is not so in the base.
  private func assignments(_ trial: Int) throws -> [String] {
    try space.assignments(trial: trial, key: key).filter { try base.setting([$0]) != base }
  }

  /// Runs the search and writes `config.json`, for `fit --config`, and `trials.json` into the
  /// directory `output`; what is finished is kept beside it meanwhile, and an earlier run's is
  /// taken up.
  ///
  /// - Throws: `DataError`, `StudyError`, `ModelError`, `ClassWeightsError`.
  public func run(
    _ file: FeatureFile, output: String, overwrite: Bool = false,
    progress: @escaping StudyProgressHandler = { _ in true }
  ) throws -> TuningReport {
    let directory = OutputDirectory(
      path: output, kind: "directory of a search",
      names: [Self.trialsName, Self.configurationName])
    try directory.requireCanWrite(overwrite: overwrite)
    try StudyMemory.require(
      file, configuration: base, networks: Self.trialsAtATime, readsTest: false,
      budget: memory, threads: threads)
    let rows = try file.pairedRows(.train)
    try rows.requireText()
    let validation = file.splits.contains(.val) ? try file.pairedRows(.val) : nil
    let pool = WorkerPool(threads: threads)
    let data = try PreparedData(rows: rows, validation: validation, pool: pool)
      .weighted(by: base.training.classWeights)
    let held = try data.heldOut(base.validation, key: key, pool: pool)
    guard let heldOut = held, heldOut.rows.labels.count >= base.validation.minimumRows
    else {
      throw StudyError.tooFewRows(
        path: file.path, purpose: "could be held out to judge trials",
        found: held?.rows.labels.count ?? 0,
        needed: base.validation.minimumRows, group: "val")
    }
    let recordFile = StudyRecordFile(for: output)
    var record = TuningRecord(
      version: ToolVersion.current, fingerprint: data.fingerprint,
      validationFingerprint: validation?.fingerprint, base: base, space: space)
    try recordFile.takeUp(&record, overwrite: overwrite) { $0.difference(from: $1) }
    guard record.baseLosses.isEmpty || record.baseLosses.count == heldOut.rows.labels.count else {
      throw StudyError.unreadable(path: recordFile.path)
    }
    do {
      try complete(&record, data, heldOut, pool, recordFile, progress)
    } catch FitError.cancelled {
      throw record.trials.isEmpty
        ? FitError.cancelled : StudyError.interrupted(partial: recordFile.path)
    }
    let trials = Array(record.trials.prefix(trialCount))
    let chosen = TuningReport.choose(trials)
    let report = TuningReport(
      tool: "marnet-plugin \(ToolVersion.current)", features: file.path,
      dataFingerprint: data.fingerprint, seed: base.seed,
      heldOutRows: heldOut.rows.labels.count, space: space, trials: trials, chosen: chosen,
      configuration: try configuration(chosen))
    try directory.write(
      [
        (Self.trialsName, try StudyOutput.json(report)),
        (Self.configurationName, try StudyOutput.json(report.configuration)),
      ], overwrite: overwrite)
    recordFile.remove()
    return report
  }

  private func complete(
    _ record: inout TuningRecord, _ data: PreparedData, _ heldOut: PreparedData.HeldOut,
    _ pool: WorkerPool, _ file: StudyRecordFile, _ handler: @escaping StudyProgressHandler
  ) throws {
    let done = record.trials.count
    guard done < trialCount else { return }
    let progress = StudyProgress(
      startFraction: Double(done) / Double(trialCount), handler: handler)
    let start = Double(done) / Double(trialCount)
    progress.begin("preparing", from: start, to: start)
    let prefit = try heldOut.inner.prefit(
      base, key: key, pool: pool, checkpoint: progress.checkpoint)
    for first in stride(from: done, to: trialCount, by: Self.trialsAtATime) {
      let part = first..<min(first + Self.trialsAtATime, trialCount)
      progress.begin(
        "trials \(part.lowerBound + 1) to \(part.upperBound) of \(trialCount)",
        from: Double(part.lowerBound) / Double(trialCount),
        to: Double(part.upperBound) / Double(trialCount))
      let planned = try part.map { trial in
        try plan(trial, data, heldOut.inner, prefit, pool: pool)
      }
      let failures = try progress.cohort("training", pool: pool).train(planned.map(\.course))
      for (place, trial) in part.enumerated() {
        record.append(
          try result(
            trial, network: failures[place] == nil ? planned[place].product : nil,
            failure: failures[place], heldOut.rows, record.baseLosses, pool))
      }
      try file.write(record)
    }
  }

  private func plan(
    _ trial: Int, _ data: PreparedData, _ rows: PreparedRows, _ prefit: Prefit,
    pool: WorkerPool
  ) throws -> PlannedTraining<TrainedHeads> {
    let configuration = try configuration(trial)
    let training = try HeadTraining(
      configuration: configuration, dimensions: data.dimensions(configuration), pool: pool,
      purpose: "")
    return try training.joint(
      on: try rows.trainingRows(
        teacher: configuration.teacher.isEnabled ? prefit : nil,
        weight: configuration.teacher.weight, pool: pool),
      gate: prefit.gate, usesText: true, stage: "trial \(trial)",
      key: key.derived(FitStream.networks))
  }

  private func result(
    _ index: Int, network: TrainedHeads?, failure: FitError?, _ held: HeldOutRows,
    _ baseLosses: [Double], _ pool: WorkerPool
  ) throws -> (trial: TuningReport.Trial, losses: [Double]) {
    var trial = TuningReport.Trial(
      index: index, assignments: try assignments(index),
      failure: failure?.description)
    guard let network else { return (trial, []) }
    let sampling = try configuration(index).sampling
    let logProbabilities = BlockScorer(
      network,
      sampling: HeadScorer.Sampling(
        sampler: sampling.headSampler, draws: sampling.draws, seed: base.seed), pool: pool
    ).score(held.rows).network
    var metrics = MetricsAccumulator(classCount: logProbabilities.columnCount)
    metrics.add(logProbabilities: logProbabilities, labels: held.labels)
    trial.metrics = metrics.metrics
    let losses = RowMetrics.calibratedNll(
      logProbabilities, labels: held.labels, weights: held.weights)
    trial.calibratedNll = RowMetrics.mean(losses, weights: held.weights)
    if index > 0, !baseLosses.isEmpty {
      trial.change = PairedDifference(losses, minus: baseLosses, weights: held.weights)
    }
    return (trial, losses)
  }
}

extension TuningRecord {
  /// Adds a trial; the first one's losses are kept for the others.
  fileprivate mutating func append(_ result: (trial: TuningReport.Trial, losses: [Double])) {
    if result.trial.index == 0 { baseLosses = result.losses }
    trials.append(result.trial)
  }
}
