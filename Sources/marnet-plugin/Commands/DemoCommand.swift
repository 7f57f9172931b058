// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Fit and evaluate synthetic data: few labels, informative text. Under a minute.")

  @Option(help: "Folder for the demo's files.", completion: .directory)
  var output = "marnet-demo"

  @Flag(help: "Replace the files of an earlier demo.")
  var overwrite = false

  @OptionGroup var resources: ResourceOptions

  func run() throws {
    try CommandRun.run {
      let features = output + "/synthetic.h5"
      let directory = output + "/synthetic.marnet"
      if !overwrite,
        let earlier = [features, directory].first(where: FileManager.default.fileExists(atPath:))
      {
        throw ModelError.outputExists(path: earlier)
      }
      do {
        try FileManager.default.createDirectory(
          atPath: output, withIntermediateDirectories: true)
      } catch {
        throw ModelError.cannotWrite(path: output, reason: error.localizedDescription)
      }
      let parameters = Self.parameters
      try SyntheticFeatures(parameters).write(to: features)
      Console.result(
        "Synthetic data (made up, not real): \(Decimals.grouped(parameters.trainRows)) "
          + "image-text pairs of \(parameters.classCount) classes, "
          + "\(Decimals.text(100 * parameters.labelledFraction, digits: 0)) % of them labelled, "
          + "and \(Decimals.grouped(parameters.testRows)) test images without text.")
      Console.result("")
      let watch = FitWatch()
      let model = try Trainer(threads: resources.threads).fit(
        featuresAt: features, progress: watch.show)
      watch.finish()
      try model.save(to: directory, overwrite: true)
      let evaluation = try model.evaluate(featuresAt: features, threads: resources.threads)
      FitText.lines(model).forEach(Console.result)
      Console.result("")
      EvaluationText.lines(evaluation, split: .test).forEach(Console.result)
      let gain = 100 * (evaluation.fused.top1 - evaluation.probe.top1)
      Console.result(
        """

        Here text at training time was worth \(Decimals.text(gain, digits: 1)) points of top-1 on \
        images without text. On your data it may be worth nothing: the tool will say so. Next:
          marnet-plugin inspect \(features)
          marnet-plugin score \(features) --model \(directory) --output \(output)/scores.csv
          marnet-plugin fit your-features.h5
        """)
    }
  }

  /// Few labels, many pairs: the case the tool is for.
  private static var parameters: SyntheticParameters {
    var parameters = SyntheticParameters()
    parameters.trainRows = 3_000
    parameters.testRows = 2_000
    parameters.labelledFraction = 0.1
    return parameters
  }
}
