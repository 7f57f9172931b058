// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write features of any layout in the canonical one.",
    discussion: """
      Takes every layout that the other commands read, text that lies in other files, and files \
      that hold one group per item. Rows stream: memory does not grow with the features.

        marnet-plugin convert img.h5 --text captions.h5 --join id --output pairs.h5
        marnet-plugin convert items.h5 --visual-key features --output features.h5
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @Option(help: "HDF5 file to write.", completion: .featureFiles)
  var output: String

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  @Option(
    help: """
      Stored type of the features: float16, bfloat16, float32 or float64 (default: 16-bit types \
      as they are, others float32).
      """)
  var dtype: FeatureType?

  @Option(help: ArgumentHelp("Compress with gzip, level 1 to 9.", valueName: "level"))
  var gzip: Int?

  @Option(help: "Split of the rows of a file that says none: train, val or test.")
  var split = Split.train

  @OptionGroup var layout: PairLayoutArguments

  @OptionGroup var resources: ResourceOptions

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func validate() throws {
    if let gzip, !(1...9).contains(gzip) {
      throw ValidationError("--gzip is \(gzip) but must be from 1 to 9.")
    }
  }

  func run() throws {
    try CommandRun.run {
      if !overwrite, FileManager.default.fileExists(atPath: output) {
        throw ModelError.outputExists(path: output)
      }
      try layout.layout.checkIfUntrusted(features, as: layout.options)
      var options = FeatureConversion.Options()
      options.type = dtype
      options.gzipLevel = gzip
      options.undividedSplit = split
      let report = try FeatureConversion(
        paths: features, layout: layout.options, options: options, threads: resources.threads
      ).write(to: output) { progress in
        guard ProgressLine.showRows(progress.verb, progress.done, progress.count) else {
          throw FitError.cancelled
        }
      }
      LiveBlock.clear()
      if json {
        try Console.resultJSON(report)
      } else {
        ConversionText.lines(report).forEach(Console.result)
      }
    }
  }
}
