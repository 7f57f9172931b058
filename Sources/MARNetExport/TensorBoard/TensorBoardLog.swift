// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet

/// Writes how a fit goes as event files that TensorBoard shows while they grow.
///
/// ```swift
/// let log = try TensorBoardLog(directory: "runs/first", configuration: trainer.configuration)
/// let model = try trainer.fit(file, progress: log.handler())
/// log.finish(model)
/// ```
///
/// Every network that is trained is a run of its own, a folder named after its stage, with one
/// point an epoch: `loss/total`, the terms of the loss that it has, `validation/top1` where rows are
/// held out, `learning_rate`, `rows_per_second`. The run `model` has the hyper-parameters as text
/// and, after the fit, the metrics of every predictor on the held-out rows. A fit that is gone on
/// with adds files to the same folders, and its points take the place of those after its
/// checkpoint.
///
/// A log that cannot be written any more does not end the fit: it stops, and `failure` says why.
public final class TensorBoardLog {
  /// Where the runs lie.
  public let directory: String
  /// Why the log stopped before the fit did.
  public private(set) var failure: DataError?
  private let model: EventFile
  private var stage: (name: String, file: EventFile)?

  /// Makes the directory, and the run `model` with the hyper-parameters.
  ///
  /// - Parameters:
  ///   - directory: of one fit; parts of its path that are missing are made.
  ///   - configuration: of the fit.
  /// - Throws: `DataError.cannotWrite`.
  public init(directory: String, configuration: Configuration) throws {
    self.directory = directory
    model = try EventFile(run: "\(directory)/model", from: 0)
    let json = String(decoding: try Configuration.encoder().encode(configuration), as: UTF8.self)
    try model.write(
      EventMessage.text(
        "```json\n\(json)\n```", tag: "hyper-parameters", step: 0, wallTime: Self.now))
  }

  /// A handler that notes every epoch, then asks `next`.
  public func handler(
    then next: @escaping FitProgressHandler = { _ in .proceed }
  ) -> FitProgressHandler {
    { progress in
      self.record(progress)
      return next(progress)
    }
  }

  /// Notes the end of an epoch; anything else a fit says passes.
  public func record(_ progress: FitProgress) {
    guard progress.isEpochEnd, let record = progress.record else { return }
    attempt { () throws(DataError) in
      let file = try file(of: progress.stage, from: record.step)
      try file.write(
        EventMessage.scalars(
          record.scalars + [("rows_per_second", progress.rowsPerSecond)], step: record.step,
          wallTime: Self.now))
    }
  }

  /// Notes what the held-out rows said of every predictor, and the findings as text.
  public func finish(_ fitted: Model) {
    let report = fitted.report
    let metrics = report.branches.flatMap { branch in
      [
        ("held_out_top1/\(branch.name)", branch.metrics.top1),
        ("held_out_balanced_accuracy/\(branch.name)", branch.metrics.balancedAccuracy),
        ("held_out_nll/\(branch.name)", branch.metrics.nll),
        ("held_out_ece/\(branch.name)", branch.metrics.ece),
      ]
    }
    attempt { () throws(DataError) in
      if !metrics.isEmpty {
        try model.write(
          EventMessage.scalars(metrics, step: report.steps, wallTime: Self.now))
      }
      let findings = (report.findings + report.warnings).map { "- \($0)" }
      try model.write(
        EventMessage.text(
          findings.joined(separator: "\n"), tag: "findings", step: report.steps,
          wallTime: Self.now))
    }
  }

  /// The folder of a stage: its name with hyphens between words.
  package static func run(of stage: String) -> String {
    stage.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "-" }
      .joined(separator: "-")
  }

  private func file(of name: String, from step: Int) throws(DataError) -> EventFile {
    if let stage, stage.name == name { return stage.file }
    let file = try EventFile(run: "\(directory)/\(Self.run(of: name))", from: step)
    stage = (name, file)
    return file
  }

  private func attempt(_ write: () throws(DataError) -> Void) {
    guard failure == nil else { return }
    do throws(DataError) { try write() } catch { failure = error }
  }

  private static var now: Double { Date.now.timeIntervalSince1970 }
}

extension EpochRecord {
  /// By tag, the terms that this stage trains.
  fileprivate var scalars: [(tag: String, value: Double)] {
    let terms: [(String, Double?)] = [
      ("loss/total", loss), ("loss/alignment", alignmentLoss),
      ("loss/alignment_cross_entropy", alignmentCrossEntropy),
      ("loss/reconstruction", reconstructionError),
      ("loss/reconstruction_cross_entropy", reconstructionCrossEntropy),
      ("loss/fusion_cross_entropy", fusionCrossEntropy), ("validation/top1", validationTop1),
      ("learning_rate", learningRate),
    ]
    return terms.compactMap { tag, value in value.map { (tag, $0) } }
  }
}
