// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet
import MARNetDense

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit MARNet on a feature file and write a model directory.",
    discussion: """
      Reads the groups 'train' and, where there is one, 'val'; 'test' is never read. Without \
      'val', a fifth of the labelled rows is held out for the report, then the model is fitted \
      on all rows.

        marnet-plugin fit features.h5
        marnet-plugin fit features.h5 --preset paper --set fusion.fusion_operator=sum

      A fit that was interrupted or killed goes on where it was, and gives the same bytes:

        marnet-plugin fit features.h5 --resume features.marnet
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @Option(
    help: "Model directory to write (default: the file's name with .marnet).",
    completion: .directory)
  var output: String?

  @Flag(help: "Replace a model that stands at the output.")
  var overwrite = false

  @OptionGroup var hyperparameters: ConfigurationOptions

  @Flag(
    help: "Also fit the joint network without text, the decisive control, and keep the controls.")
  var imageOnlyControl = false

  @OptionGroup var checkpointing: CheckpointOptions

  @OptionGroup var layout: PairLayoutArguments

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var memory: MemoryOptions

  @OptionGroup(title: "Several ranks (mpirun)") var rankOptions: RankOptions

  @Flag(
    help: "Also write the page of 'report', which evaluates 'test': the model's name with .html.")
  var report = false

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func validate() throws {
    if report, json {
      throw ValidationError("--report goes on with text, which '--json' leaves no room for.")
    }
    if let output, let resume = checkpointing.resume, output != resume {
      throw ValidationError(
        "--output is '\(output)' but --resume goes on with '\(resume)': leave --output out.")
    }
  }

  func run() throws {
    try CommandRun.run {
      try RankedRun.run(timeout: rankOptions.collectiveTimeout, fit)
    }
  }

  private func fit(_ ranks: any RankGroup) throws {
    var asked = try hyperparameters.configuration()
    if imageOnlyControl { asked.validation.imageOnlyControl = true }
    if let negatives = rankOptions.negatives { asked.alignment.negatives = negatives }
    let file = try layout.open(features, threads: resources.threads)
    let directory = checkpointing.resume ?? output ?? Self.defaultOutput(for: file.path)
    let opened =
      ranks.isFirst ? try checkpointing.open(directory, overwrite: overwrite) : nil
    guard let checkpoints = try FitCheckpoints.shared(opened, output: directory, over: ranks)
    else {
      guard ranks.isFirst else { return }
      Console.message("\(directory) is complete: there is nothing left to do.")
      if report { Console.message("'marnet-plugin report' writes its page.") }
      return
    }
    let page = Self.page(for: directory)
    if ranks.isFirst {
      try Model.requireCanSave(to: directory, overwrite: overwrite)
      if report { try ReportRun.requireCanWrite(page, overwrite: overwrite) }
    }
    // Without any hyper-parameter the resumed fit's are meant.
    let isDefault =
      !hyperparameters.isGiven && !imageOnlyControl && rankOptions.negatives == nil
    var trainer = try Trainer(
      configuration: isDefault ? checkpoints.configuration ?? asked : asked,
      threads: resources.threads, memory: memory.budget)
    trainer.ranks = ranks
    let model = try fit(trainer, file, checkpoints, directory)
    guard ranks.isFirst else { return }
    ProgressLine.clear()
    try model.save(to: directory, overwrite: overwrite)
    checkpoints.remove()
    checkpoints.notes.forEach { Console.message("Note: \($0)") }
    if json {
      try Console.resultJSON(FitSummary(model: directory, model))
    } else {
      FitText.lines(
        model, features: layout.imageOptions.arguments(for: features), directory: directory
      ).forEach(Console.result)
    }
    if report {
      Console.result("")
      try ReportRun.write(
        model, directory: directory, on: file, to: page, overwrite: overwrite,
        threads: resources.threads, memory: memory.budget)
    }
  }

  private func fit(
    _ trainer: Trainer, _ file: FeatureFile, _ checkpoints: FitCheckpoints, _ directory: String
  ) throws -> Model {
    do {
      return try hyperparameters.overrides.namingWeightsFile {
        try trainer.fit(
          file, checkpoints: checkpoints,
          willBegin: { if trainer.ranks.isFirst { Console.message($0.description) } },
          progress: trainer.ranks.isFirst ? ProgressLine.show : ProgressLine.ofAnotherRank)
      }
    } catch let error as FitError {
      if case .suspended = error {
        throw ResumableStop(error, goingOnWith: ["--resume", directory])
      }
      if case .diverged = error, trainer.ranks.isFirst, FitCheckpoints.exist(for: directory) {
        ProgressLine.clear()
        Console.message(
          "What was trained before is kept for \(directory); '--overwrite' starts anew.")
      }
      throw error
    }
  }

  /// `features.html` for `features.marnet`, beside it.
  static func page(for directory: String) -> String {
    var name = directory[...]
    while name.count > 1, name.hasSuffix("/") { name = name.dropLast() }
    return (name.hasSuffix(".marnet") ? name.dropLast(".marnet".count) : name) + ".html"
  }

  /// `features.marnet` beside where the command runs.
  static func defaultOutput(for features: String) -> String {
    URL(fileURLWithPath: features).deletingPathExtension().lastPathComponent + ".marnet"
  }
}

/// What `fit --json` prints.
struct FitSummary: Encodable {
  let model: String
  let decision: Model.Decision
  let calibrationTemperature: Double
  let classes: Int
  let report: FitReport

  init(model directory: String, _ model: Model) {
    self.model = directory
    decision = model.decision
    calibrationTemperature = model.calibrationTemperature
    classes = model.classNames.count
    report = model.report
  }
}
