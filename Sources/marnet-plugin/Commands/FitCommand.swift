// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

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

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func validate() throws {
    if let output, let resume = checkpointing.resume, output != resume {
      throw ValidationError(
        "--output is '\(output)' but --resume goes on with '\(resume)': leave --output out.")
    }
  }

  func run() throws {
    try CommandRun.run {
      var asked = try hyperparameters.configuration()
      if imageOnlyControl { asked.validation.imageOnlyControl = true }
      let file = try layout.open(features, threads: resources.threads)
      let directory = checkpointing.resume ?? output ?? Self.defaultOutput(for: file.path)
      guard let checkpoints = try checkpointing.open(directory, overwrite: overwrite) else {
        Console.message("\(directory) is complete: there is nothing left to do.")
        return
      }
      try Model.requireCanSave(to: directory, overwrite: overwrite)
      // Without any hyper-parameter the resumed fit's are meant.
      let isDefault = !hyperparameters.isGiven && !imageOnlyControl
      let trainer = try Trainer(
        configuration: isDefault ? checkpoints.configuration ?? asked : asked,
        threads: resources.threads, memory: memory.budget)
      let model = try fit(trainer, file, checkpoints, directory)
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
    }
  }

  private func fit(
    _ trainer: Trainer, _ file: FeatureFile, _ checkpoints: FitCheckpoints, _ directory: String
  ) throws -> Model {
    do {
      return try hyperparameters.overrides.namingWeightsFile {
        try trainer.fit(
          file, checkpoints: checkpoints, willBegin: { Console.message($0.description) },
          progress: ProgressLine.show)
      }
    } catch let error as FitError {
      if case .suspended = error {
        throw ResumableStop(error, goingOnWith: ["--resume", directory])
      }
      if case .diverged = error, FitCheckpoints.exist(for: directory) {
        ProgressLine.clear()
        Console.message(
          "What was trained before is kept for \(directory); '--overwrite' starts anew.")
      }
      throw error
    }
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
