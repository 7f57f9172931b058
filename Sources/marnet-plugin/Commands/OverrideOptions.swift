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

  func applied(to configuration: Configuration) throws -> Configuration {
    var result = try configuration.setting(assignments)
    if let precision { result.training.precision = precision }
    if let epochs { result.training.epochs = epochs }
    return result
  }
}
