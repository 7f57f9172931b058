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

        marnet-plugin inspect features.h5 --manifest data-manifests/grocery81.json
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @OptionGroup var layout: PairLayoutArguments

  @Option(
    help: ArgumentHelp(
      "Compare the files with this manifest, and read them as it says; repeatable.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var manifest: [String] = []

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
      let manifests = try manifest.map { try FeatureManifest(contentsOfFile: $0) }
      let file = try layout.open(
        features,
        filledBy: manifests.reduce(LayoutOptions()) { $0.filled(by: $1.layout) }, threads: nil)
      var report = file.inspect()
      if !manifests.isEmpty {
        let facts = try file.facts(
          report, checksums: manifests.contains { $0.files?.isEmpty == false })
        report.manifests = zip(manifests, manifest).map {
          ManifestComparison(facts, with: $0, at: $1)
        }
      }
      if json {
        try Console.resultJSON(report)
      } else {
        InspectionText.lines(report).forEach(Console.result)
      }
      let places = (report.manifests ?? []).reduce(0) { $0 + $1.mismatches.count }
      if places > 0 {
        throw ManifestError.differs(paths: features, manifests: manifest, places: places)
      }
    }
  }
}
