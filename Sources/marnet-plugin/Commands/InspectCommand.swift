// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a feature file, and what 'fit' would refuse.")

  @Argument(help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.")
  var features: [String]

  @OptionGroup var layout: PairLayoutArguments

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  func run() throws {
    try CommandRun.run {
      let report = try layout.open(features, threads: nil).inspect()
      if json {
        try Console.resultJSON(report)
      } else {
        InspectionText.lines(report).forEach(Console.result)
      }
    }
  }
}
