// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet
import MARNetBenchmarks

@main
struct MARNetPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "marnet-plugin",
    abstract: "Turn text that exists only at training time into better image classification.",
    discussion: """
      Reads frozen visual and text features from an HDF5 file, trains light heads after MARNet \
      (arXiv 2407.18854) on the CPU, and scores images that have no text. The plain linear \
      probe always stands beside them.

      New here? 'marnet-plugin demo' fits synthetic data in under a minute.
      """,
    version: ToolVersion.current,
    subcommands: [
      FitCommand.self, ScoreCommand.self, MergeCommand.self, EvaluateCommand.self,
      ReportCommand.self,
      CompareCommand.self, TuneCommand.self, InspectCommand.self, ManifestCommand.self,
      ConvertCommand.self, ExportCommand.self,
      SynthesizeCommand.self, DemoCommand.self, BenchCommand.self,
      CheckFileCommand.self, CheckScoresCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      CommandRun.refuse(error)
    }
  }
}
