// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense

/// Compares alignment methods, ablations and baselines on one feature file, as MARNet's
/// Tables 1 and 2 do: the same splits, batches and budget for all, several seeds, paired
/// differences to the probe. Choices are made on held-out training rows; test rows are only
/// scored.
public struct Comparison: Sendable {
  /// What is run.
  public let options: ComparisonOptions
  /// Workers; the number changes no bit of the result.
  public let threads: Int
  /// What the comparison may take; changes no bit of the result.
  public let memory: MemoryBudget

  /// Parts of a seed's work: choosing, training, and its end.
  private static let choosingShare = 0.6

  /// - Throws: `StudyError`, `ConfigurationError` for options out of range.
  public init(
    options: ComparisonOptions = ComparisonOptions(), threads: Int? = nil,
    memory: MemoryBudget? = nil
  ) throws {
    try options.validate()
    self.options = options
    self.threads = max(1, threads ?? WorkerPool.availableProcessors)
    self.memory = memory ?? .automatic
  }

  /// Runs the comparison and writes its report in JSON to `output`; what is finished is kept
  /// in a hidden file beside it meanwhile, and an earlier run's is taken up.
  ///
  /// - Parameter overwrite: whether to replace an output, and to forget an interrupted run
  ///   that was another.
  /// - Throws: `DataError`, `StudyError`, `ModelError`.
  public func run(
    _ features: FeatureFile, output: String, overwrite: Bool = false,
    progress: @escaping StudyProgressHandler = { _ in true }
  ) throws -> ComparisonReport {
    try StudyOutput.requireFree(output, overwrite: overwrite)
    let contenders = try Contender.named(options.only)
    // Trials of the alignment methods, or all contenders.
    try StudyMemory.require(
      features, configuration: options.plugin,
      networks: max(
        contenders.count, options.trials * MARNet.AlignmentOptions.Method.allCases.count),
      readsTest: true, budget: memory, threads: threads)
    let source = try StudyRows(
      features, output: output,
      withTokens: contenders.contains { $0.id == AlignmentOptions.Method.team.rawValue })
    let file = StudyRecordFile(for: output)
    var record = ComparisonRecord(
      identity: ComparisonRecord.Identity(
        version: ToolVersion.current, fingerprint: source.fingerprint,
        otherFingerprints: source.otherFingerprints, contenders: contenders.map(\.id),
        trials: options.trials, regime: options.regime,
        plugin: options.plugin, paper: options.paper))
    try file.takeUp(&record, overwrite: overwrite) {
      $0.identity.difference(from: $1.identity)
    }
    let seeds = (0..<UInt64(options.seedCount)).map { options.firstSeed &+ $0 }
    do {
      try complete(&record, seeds: seeds, source, contenders, file, progress)
    } catch FitError.cancelled {
      throw record.seeds.isEmpty
        ? FitError.cancelled : StudyError.interrupted(partial: file.path)
    }
    let report = try report(record, seeds: seeds, contenders, source, path: features.path)
    try StudyRecordFile.write(try StudyOutput.json(report), to: output)
    file.remove()
    return report
  }

  /// Runs what is missing, and keeps each part as soon as it is finished.
  private func complete(
    _ record: inout ComparisonRecord, seeds: [UInt64], _ source: StudyRows,
    _ contenders: [Contender], _ file: StudyRecordFile,
    _ handler: @escaping StudyProgressHandler
  ) throws {
    let pool = WorkerPool(threads: threads)
    let done = seeds.reduce(0.0) { sum, seed in
      guard let entry = record[seed] else { return sum }
      return sum + (entry.outcomes != nil ? 1 : entry.tuning != nil ? Self.choosingShare : 0)
    }
    let progress = StudyProgress(
      startFraction: done / Double(seeds.count), handler: handler)
    for (index, seed) in seeds.enumerated() {
      var entry = record[seed] ?? ComparisonRecord.Seed(seed: seed)
      if entry.outcomes != nil { continue }
      let name = "seed \(index + 1) of \(seeds.count)"
      let part = { (share: Double) in (Double(index) + share) / Double(seeds.count) }
      progress.begin(name, from: part(0), to: part(Self.choosingShare))
      let run = SeedRun(
        data: try SeedData(
          source, regime: options.regime, configuration: options.plugin, seed: seed, pool: pool),
        options: options, contenders: Set(contenders.map(\.id)), pool: pool, progress: progress)
      if entry.tuning == nil {
        entry.tuning = try run.tune()
        record.put(entry)
        try file.write(record)
      }
      progress.begin(name, from: part(Self.choosingShare), to: part(1))
      entry.outcomes = try run.outcomes(entry.tuning ?? Tuning())
      record.put(entry)
      try file.write(record)
    }
  }

  private func report(
    _ record: ComparisonRecord, seeds: [UInt64], _ contenders: [Contender], _ source: StudyRows,
    path: String
  ) throws -> ComparisonReport {
    let runs = seeds.compactMap { record[$0] }
    func outcomes(_ id: String) -> [Outcome] {
      runs.map { $0.outcomes?.first { $0.id == id } ?? Outcome(id: id) }
    }
    let probe = outcomes(Contender.probe)
    let last = try options.regime.applied(
      to: source.train, key: RandomKey(seed: seeds.last ?? 0))
    return ComparisonReport(
      tool: "marnet-plugin \(ToolVersion.current)", features: path,
      dataFingerprint: source.fingerprint, classes: source.train.classNames.count,
      fileRows: source.train.rowCount, rows: last.rowCount,
      labelledRows: last.labels.count { $0 >= 0 },
      rowsWithText: last.hasText.count { $0 }, heldOutRows: runs.last?.tuning?.heldOutRows ?? 0,
      testRows: source.testLabels.count, testSource: source.testSource.rawValue,
      regime: options.regime, trials: options.trials, seeds: seeds, plugin: options.plugin,
      paper: options.paper,
      levels: options.regime.noiseLevels.enumerated().map { level, noise in
        ComparisonReport.Level(
          noise: noise,
          rows: contenders.map {
            ComparisonReport.Row($0, outcomes: outcomes($0.id), probe: probe, level: level)
          })
      })
  }
}
