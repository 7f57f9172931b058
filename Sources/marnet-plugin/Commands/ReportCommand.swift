// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet
import MARNetReport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one HTML page: verdict, curves, tables and the figures of the paper.",
    discussion: """
      The page stands alone: it loads nothing and runs no script. Rows of 'test' are evaluated, \
      as 'evaluate' does; training texts serve one figure, and no score.

        marnet-plugin report features.h5 --model features.marnet --output report.html
      """)

  @Argument(
    help:
      "HDF5 feature files with labels, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @Option(help: "Model directory, as 'fit' wrote it.", completion: .directory)
  var model: String

  @Option(help: "HTML file to write.", completion: .file(extensions: ["html"]))
  var output = "report.html"

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  @Option(
    help: "Rows to evaluate: train, val or test (default: test, or none where there is none).")
  var split: Split?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Class to embed; repeatable (default: the five most confused).", valueName: "name"))
  var classes: [String] = []

  @Option(help: "Rows of each of these classes.")
  var rowsPerClass = ReportOptions().rowsPerClass

  @Option(
    name: .customLong("row"),
    help: ArgumentHelp(
      "Row, from 0, whose predictions to show; repeatable (default: some of each kind).",
      valueName: "row"))
  var rows: [Int] = []

  @Option(help: "Noise draws averaged (default: the model's).")
  var draws: Int?

  @Option(help: "Seed of the noise (default: the model's).")
  var seed: UInt64?

  @Option(help: "Operands of the products: auto, float32, bfloat16; as in 'score'.")
  var precision = ProductPrecision.auto

  @OptionGroup var layout: PairLayoutArguments

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var memory: MemoryOptions

  func validate() throws {
    if rowsPerClass < 1 {
      throw ValidationError("--rows-per-class is \(rowsPerClass) but must be 1 or more.")
    }
  }

  func run() throws {
    try CommandRun.run {
      var options = ReportOptions()
      options.split = split
      options.classes = classes
      options.rowsPerClass = rowsPerClass
      options.exampleRows = rows
      options.scoring.draws = draws
      options.scoring.seed = seed
      options.scoring.precision = precision
      let model = try Model(directory: model)
      try ReportRun.requireCanWrite(output, overwrite: overwrite)
      try ReportRun.write(
        model, directory: self.model, on: layout.open(features, threads: resources.threads),
        to: output, options, overwrite: overwrite, threads: resources.threads,
        memory: memory.budget)
    }
  }
}
