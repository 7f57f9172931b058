// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model on labelled rows, beside the linear probe.",
    discussion: "'fused' is the final prediction, after fallback and calibration.")

  @Argument(
    help:
      "HDF5 feature files with labels, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @OptionGroup(title: "Layout of the file") var layout: LayoutArguments

  @OptionGroup var source: ModelOptions

  @Flag(help: "Print one JSON document instead of a table.")
  var json = false

  func run() throws {
    try CommandRun.run {
      let model = try Model(directory: source.model)
      let evaluation = try model.evaluate(
        layout.open(features, threads: source.resources.threads), split: source.rows,
        options: source.scoring,
        threads: source.resources.threads, batchRows: source.batch, memory: source.memory.budget
      ) { ProgressLine.showRows("evaluating", $0, $1) }
      LiveBlock.clear()
      if json {
        try Console.resultJSON(evaluation)
      } else {
        EvaluationText.lines(evaluation, split: source.rows).forEach(Console.result)
      }
    }
  }
}
