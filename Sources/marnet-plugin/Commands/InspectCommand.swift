// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a feature file, and what 'fit' would refuse.",
    discussion: """
      Files are read in a child process: a crash of the HDF5 library on a damaged file becomes an \
      error message.
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @OptionGroup var layout: PairLayoutArguments

  @Flag(help: "Print one JSON document instead of text.")
  var json = false

  @Flag(help: .hidden)
  var inProcess = false

  private var paths: [String] { features + layout.text.text }

  func run() throws {
    try CommandRun.run {
      guard inProcess else {
        let own = CommandLine.arguments.dropFirst(2)
        let status = try ContainedRun.run(
          [Self._commandName, "--in-process"] + own, reading: paths)
        if status != 0 { throw ExitCode(status) }
        return
      }
      ContainedRun.enterChild(reading: paths)
      let report = try layout.open(features, threads: nil).inspect()
      if json {
        try Console.resultJSON(report)
      } else {
        InspectionText.lines(report).forEach(Console.result)
      }
    }
  }
}
