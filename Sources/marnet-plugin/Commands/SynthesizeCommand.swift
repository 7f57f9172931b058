// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "Write a feature file of synthetic pairs, of any size.",
    discussion: """
      Classes show clearly in the text and under nuisance in the image; the text can be \
      foretold in part from the image. The same options write the same bytes.

        marnet-plugin synthesize pairs.h5 --rows 20000 --classes 50 --dtype float16
      """)

  @Argument(help: "HDF5 file to write.", completion: .featureFiles)
  var output: String

  @Option(help: "Training rows.")
  var rows = 2_000

  @Option(help: "Validation rows; 0 leaves 'val' out.")
  var valRows = 0

  @Option(help: "Test rows; 0 leaves 'test' out.")
  var testRows = 1_000

  @Option(help: "Classes.")
  var classes = 10

  @Option(help: "Columns of the visual features.")
  var visualWidth = 128

  @Option(help: "Columns of the text features.")
  var textWidth = 32

  @Option(help: "Fraction of training rows that keep their label.")
  var labelled = 1.0

  @Option(help: "Fraction of rows that have text.")
  var withText = 1.0

  @Option(help: "Stored type: float16, bfloat16, float32 or float64.")
  var dtype = FeatureType.float32

  @Option(help: "Seed.")
  var seed: UInt64 = 0

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  func run() throws {
    try CommandRun.run {
      if !overwrite, FileManager.default.fileExists(atPath: output) {
        throw ModelError.outputExists(path: output)
      }
      var parameters = SyntheticParameters()
      parameters.trainRows = rows
      parameters.valRows = valRows
      parameters.testRows = testRows
      parameters.classCount = classes
      parameters.visualWidth = visualWidth
      parameters.textWidth = textWidth
      parameters.labelledFraction = labelled
      parameters.textFraction = withText
      parameters.seed = seed
      try SyntheticFeatures(parameters).write(
        to: output, options: FeatureFileOptions(type: dtype))
      Console.message("Synthetic features written to \(output).")
    }
  }
}
