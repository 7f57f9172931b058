// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

struct ManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Write down what feature files hold, with checksums.",
    discussion: """
      'inspect --manifest' compares files with it. It is a Croissant document \
      (docs/manifests.md). Licence, citation, url and encoders are taken from attributes of the \
      file where no flag gives them, and named as unknown where neither does.

        marnet-plugin manifest features.h5 --output features.json
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @Option(
    help: "JSON file to write; - is standard output.", completion: .file(extensions: ["json"]))
  var output = "-"

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  @Option(help: "Name of the data set (default: the file's, without extension).")
  var name: String?

  @Option(name: .customLong("description"), help: "What the data set is.")
  var summary: String?

  @Option(help: "Licence: an address, or words.")
  var license: String?

  @Option(help: "Page of the data set.")
  var url: String?

  @Option(help: "Work to cite.")
  var citation: String?

  @Option(help: "What made the visual features.")
  var visualEncoder: String?

  @Option(help: "What made the text features.")
  var textEncoder: String?

  @OptionGroup(title: "Layout of the file") var layout: LayoutArguments

  func run() throws {
    try CommandRun.run {
      let isFile = output != "-"
      if isFile, !overwrite, FileManager.default.fileExists(atPath: output) {
        throw ModelError.outputExists(path: output)
      }
      let file = try layout.open(features, threads: nil)
      if isFile { try file.requireIsNot(output) }
      let report = file.inspect()
      var manifest = try FeatureManifest(
        describing: file.facts(report, checksums: true), readAs: layout.options)
      fill(&manifest)
      if isFile {
        try manifest.write(to: output)
        Console.message("Manifest written to \(output).")
      } else {
        let text = String(decoding: try manifest.json, as: UTF8.self)
        Console.write(PrintableText.json(text), to: STDOUT_FILENO)
      }
      for problem in report.problems { Console.message("Note: 'fit' would refuse: \(problem)") }
    }
  }

  private func fill(_ manifest: inout FeatureManifest) {
    manifest.name = name ?? manifest.name
    manifest.summary = summary
    manifest.license = license ?? manifest.license
    manifest.url = url ?? manifest.url
    manifest.citation = citation ?? manifest.citation
    manifest.visual.encoder = visualEncoder ?? manifest.visual.encoder
    manifest.text.encoder = textEncoder ?? manifest.text.encoder
  }
}
