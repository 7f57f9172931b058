// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet
import MARNetStudy

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare alignment methods, ablations and baselines on your features.",
    discussion: """
      Every contender gets the same splits, batches and budget; what is chosen, is chosen on \
      held-out training rows. Reported are test rows ('test', or a part of 'train' where that \
      has no labels), and the paired difference to the linear probe. Interrupted, the same \
      command goes on where it stopped.

        marnet-plugin compare features.h5
        marnet-plugin compare features.h5 --label-fraction 0.1 --only methods,ensemble
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @Option(help: "Seeds: repetitions of everything.")
  var seeds = 5

  @Option(help: "The first of consecutive seeds.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Contenders or tables (methods, ablation, baselines) to run, separated by commas.",
      valueName: "names"), completion: .contenders)
  var only: String?

  @Option(help: "Weights tried on held-out rows for each alignment method, 1 to 8.")
  var trials = 4

  @OptionGroup(title: "Regime") var regime: RegimeOptions

  @OptionGroup(title: "Hyper-parameters") var hyperparameters: OverrideOptions

  @Option(
    help: "JSON report to write (default: the file's name with .compare.json).",
    completion: .file(extensions: ["json"]))
  var output: String?

  @Flag(help: "Replace the output, and forget another comparison that was interrupted there.")
  var overwrite = false

  @Option(help: "What to print: text, json, csv, markdown.")
  var format = TableFormat.text

  @Flag(help: "Print one JSON document; the same as --format json.")
  var json = false

  @OptionGroup var layout: PairLayoutArguments

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var memory: MemoryOptions

  @OptionGroup var log: LogOptions

  func run() throws {
    try CommandRun.run(log: log.logFormat) {
      var options = ComparisonOptions()
      options.seedCount = seeds
      options.firstSeed = seed
      options.only = only.map(StudyArguments.names) ?? []
      options.trials = trials
      options.regime = try regime.regime()
      options.plugin = try hyperparameters.applied(to: Configuration(preset: .plugin))
      options.paper = try hyperparameters.applied(to: Configuration(preset: .paper))
      let file = try layout.open(features, threads: resources.threads)
      let output = output ?? StudyArguments.output(for: file.path, kind: "compare.json")
      let report = try hyperparameters.namingWeightsFile {
        try Comparison(
          options: options, threads: resources.threads, memory: memory.budget
        ).run(
          file, output: output, overwrite: overwrite, progress: ProgressLine.show)
      }
      LiveBlock.clear()
      switch json ? .json : format {
      case .json: try Console.resultJSON(report)
      case .csv: report.csv.forEach(Console.result)
      case .markdown: ComparisonText.markdown(report).forEach(Console.result)
      case .text:
        ComparisonText.lines(report).forEach(Console.result)
        Console.result("Report written to \(output).")
      }
    }
  }
}

/// How a study's tables are printed.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv, markdown
}
