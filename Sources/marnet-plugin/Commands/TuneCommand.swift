// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet
import MARNetStudy

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Search hyper-parameters of the preset plugin on held-out rows.",
    discussion: """
      Tries the defaults and random configurations, and writes the best one for \
      'fit --config'; the defaults where nothing beats them by more than two standard errors. \
      The test split is never read. Interrupted, the same command goes on where it stopped; \
      with more trials, too.

        marnet-plugin tune features.h5 --trials 24 --output features.tuned
        marnet-plugin fit features.h5 --config features.tuned/config.json
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @Option(help: "Configurations to try, the defaults among them.")
  var trials = 24

  @Option(
    help: "Directory to write (default: the file's name with .tuned).", completion: .directory)
  var output: String?

  @Flag(help: "Replace the output, and forget another search that was interrupted there.")
  var overwrite = false

  @Option(help: "Seed of the trials and of every random number in them.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Values to try for one hyper-parameter, instead of the standard ranges; repeatable.",
      valueName: "key=value,value"))
  var search: [String] = []

  @OptionGroup(title: "Hyper-parameters") var hyperparameters: OverrideOptions

  @OptionGroup var layout: PairLayoutArguments

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var memory: MemoryOptions

  @OptionGroup var log: LogOptions

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func run() throws {
    try CommandRun.run(log: log.logFormat) {
      var base = try hyperparameters.applied(to: Configuration(preset: .plugin))
      base.seed = seed
      let study = try HyperparameterSearch(
        base: base, space: try SearchSpace(search), trialCount: trials,
        threads: resources.threads, memory: memory.budget)
      let file = try layout.open(features, threads: resources.threads)
      let output = output ?? StudyArguments.output(for: file.path, kind: "tuned")
      let report = try hyperparameters.namingWeightsFile {
        try study.run(
          file, output: output, overwrite: overwrite, progress: ProgressLine.show)
      }
      LiveBlock.clear()
      if json {
        try Console.resultJSON(report)
      } else {
        TuningText.lines(
          report, features: layout.options.arguments(for: features), output: output
        ).forEach(Console.result)
      }
    }
  }
}
