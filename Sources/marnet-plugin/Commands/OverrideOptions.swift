// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

/// Hyper-parameters laid over whatever configuration a command starts from.
struct OverrideOptions: ParsableArguments {
  @Option(help: "Passes over the training rows (default: by size).")
  var epochs: Int?

  @Option(
    help: "Operands of the products: auto (bfloat16 where it is faster), float32, bfloat16.")
  var precision: ProductPrecision?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one hyper-parameter, such as alignment.weight=0.5; repeatable.",
      valueName: "key=value"))
  var assignments: [String] = []

  @Option(
    help: ArgumentHelp(
      "How much each class counts: none, balanced (all the same), or a JSON or CSV file of "
        + "class names and weights.", valueName: "none|balanced|file"),
    completion: .file(extensions: ["json", "csv"]))
  var classWeights: String?

  /// Whether any was named.
  var isGiven: Bool {
    epochs != nil || precision != nil || !assignments.isEmpty || classWeights != nil
  }

  func applied(to configuration: Configuration) throws -> Configuration {
    var result = try configuration.setting(assignments)
    if let precision { result.training.precision = precision }
    if let epochs { result.training.epochs = epochs }
    if let classWeights {
      result.training.classWeights =
        try ClassWeights(name: classWeights) ?? ClassWeights(contentsOfFile: classWeights)
    }
    return result
  }

  /// Runs `body`; weights that turn out not to fit the classes are said to stand in the file
  /// that `--class-weights` named, where it did.
  func namingWeightsFile<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as ClassWeightsError {
      if let classWeights, error.source == .configuration {
        error.source = .file(path: classWeights)
      }
      throw error
    }
  }
}
