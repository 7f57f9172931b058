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
      """)

  @Argument(help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.")
  var features: [String]

  @Option(help: "Model directory to write (default: the file's name with .marnet).")
  var output: String?

  @Flag(help: "Replace a model that stands at the output.")
  var overwrite = false

  @OptionGroup var hyperparameters: ConfigurationOptions

  @Flag(
    help: "Also fit the joint network without text, the decisive control, and keep the controls.")
  var imageOnlyControl = false

  @OptionGroup var layout: PairLayoutArguments

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var memory: MemoryOptions

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func run() throws {
    try CommandRun.run {
      var configuration = try hyperparameters.configuration()
      if imageOnlyControl { configuration.validation.imageOnlyControl = true }
      let file = try layout.open(features, threads: resources.threads)
      let directory = output ?? Self.defaultOutput(for: file.path)
      try Model.requireCanSave(to: directory, overwrite: overwrite)
      let trainer = try Trainer(
        configuration: configuration, threads: resources.threads, memory: memory.budget)
      let model = try hyperparameters.overrides.namingWeightsFile {
        try trainer.fit(
          file, willBegin: { Console.message($0.description) }, progress: ProgressLine.show)
      }
      ProgressLine.clear()
      try model.save(to: directory, overwrite: overwrite)
      if json {
        try Console.resultJSON(FitSummary(model: directory, model))
      } else {
        FitText.lines(
          model, features: layout.imageOptions.arguments(for: features), directory: directory
        ).forEach(Console.result)
      }
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
