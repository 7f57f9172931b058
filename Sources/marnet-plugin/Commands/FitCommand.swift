// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet
import MARNetDense
import MARNetExport

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

  @Option(
    help: "Also write event files for TensorBoard into this directory, one run a network.",
    completion: .directory)
  var tensorboard: String?

  @OptionGroup var log: LogOptions

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func validate() throws {
    if tensorboard?.isEmpty == true {
      throw ValidationError("--tensorboard needs the name of a directory.")
    }
    if report, json {
      throw ValidationError("--report goes on with text, which '--json' leaves no room for.")
    }
    if let output, let resume = checkpointing.resume, output != resume {
      throw ValidationError(
        "--output is '\(output)' but --resume goes on with '\(resume)': leave --output out.")
    }
  }

  func run() throws {
    try CommandRun.run(log: log.logFormat) {
      try RankedRun.run(timeout: rankOptions.collectiveTimeout, fit, first: write)
    }
  }

  /// What a fit came to, on the rank that writes it.
  private struct Outcome {
    let model: Model
    let file: FeatureFile
    let directory: String
    let checkpoints: FitCheckpoints
  }

  /// The fit of one process, or of one of several that work together.
  ///
  /// - Returns: nil on other ranks than the first, and where the model is complete already.
  private func fit(_ ranks: any RankGroup) throws -> Outcome? {
    var asked = try hyperparameters.configuration()
    if imageOnlyControl { asked.validation.imageOnlyControl = true }
    if let negatives = rankOptions.negatives { asked.alignment.negatives = negatives }
    let file = try layout.open(features, threads: resources.threads)
    let directory = checkpointing.resume ?? output ?? Self.defaultOutput(for: file.path)
    let opened =
      ranks.isFirst ? try checkpointing.open(directory, overwrite: overwrite) : nil
    guard let checkpoints = try FitCheckpoints.shared(opened, output: directory, over: ranks)
    else {
      guard ranks.isFirst else { return nil }
      Console.message("\(directory) is complete: there is nothing left to do.")
      if report { Console.message("'marnet-plugin report' writes its page.") }
      return nil
    }
    if ranks.isFirst {
      try Model.requireCanSave(to: directory, overwrite: overwrite)
      if report {
        try ReportRun.requireCanWrite(Self.page(for: directory), overwrite: overwrite)
      }
    }
    // Without any hyper-parameter the resumed fit's are meant.
    let isDefault =
      !hyperparameters.isGiven && !imageOnlyControl && rankOptions.negatives == nil
    var trainer = try Trainer(
      configuration: isDefault ? checkpoints.configuration ?? asked : asked,
      threads: resources.threads, memory: memory.budget)
    trainer.ranks = ranks
    guard ranks.isFirst else {
      _ = try fit(trainer, file, checkpoints, directory, nil)
      return nil
    }
    let board = try tensorboard.map {
      try TensorBoardLog(directory: $0, configuration: trainer.configuration)
    }
    let watch = FitWatch(board)
    let model = try fit(trainer, file, checkpoints, directory, watch)
    board?.finish(model)
    watch.finish()
    return Outcome(model: model, file: file, directory: directory, checkpoints: checkpoints)
  }

  private func write(_ outcome: Outcome) throws {
    let (model, file, directory) = (outcome.model, outcome.file, outcome.directory)
    try model.save(to: directory, overwrite: overwrite)
    outcome.checkpoints.remove()
    outcome.checkpoints.notes.forEach(Console.note)
    model.report.warnings.forEach(Console.warning)
    try tell(model, file, directory)
    guard report else { return }
    Console.result("")
    try ReportRun.write(
      model, directory: directory, on: file, to: Self.page(for: directory), overwrite: overwrite,
      threads: resources.threads, memory: memory.budget)
  }

  /// Says what came of it, on standard output.
  private func tell(_ model: Model, _ file: FeatureFile, _ directory: String) throws {
    guard !json else {
      return try Console.resultJSON(FitSummary(model: directory, model))
    }
    FitText.lines(model).forEach(Console.result)
    let next = NextCommands.lines(
      file, features: layout.imageOptions.arguments(for: features), directory: directory,
      hasReport: report)
    (["", "Model written to \(directory). Next:"] + next).forEach(Console.result)
  }

  /// - Parameter watch: nil on a rank that shows nothing.
  private func fit(
    _ trainer: Trainer, _ file: FeatureFile, _ checkpoints: FitCheckpoints, _ directory: String,
    _ watch: FitWatch?
  ) throws -> Model {
    do {
      return try hyperparameters.overrides.namingWeightsFile {
        try trainer.fit(
          file, checkpoints: checkpoints,
          willBegin: { if watch != nil { Console.message($0.description) } },
          progress: watch?.show ?? { _ in Interruption.isRequested ? .cancel : .proceed })
      }
    } catch let error as FitError {
      if case .suspended = error {
        throw ResumableStop(
          error, goingOnWith: ["--resume", directory], rankCount: trainer.ranks.count)
      }
      if case .diverged = error, watch != nil, FitCheckpoints.exist(for: directory) {
        LiveBlock.clear()
        Console.message(
          "What was trained before is kept for \(directory); '--overwrite' starts anew.")
      }
      throw error
    }
  }

  /// `features.html` for `features.marnet`, beside it.
  static func page(for directory: String) -> String {
    nameWithoutExtension(of: directory) + ".html"
  }

  /// `features` for `features.marnet`.
  static func nameWithoutExtension(of directory: String) -> String {
    var name = directory[...]
    while name.count > 1, name.hasSuffix("/") { name = name.dropLast() }
    return String(name.hasSuffix(".marnet") ? name.dropLast(".marnet".count) : name)
  }

  /// `features.marnet` beside where the command runs.
  static func defaultOutput(for features: String) -> String {
    URL(fileURLWithPath: features).deletingPathExtension().lastPathComponent + ".marnet"
  }
}
