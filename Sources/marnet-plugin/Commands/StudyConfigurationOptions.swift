// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

/// Hyper-parameters laid over both presets.
struct StudyConfigurationOptions: ParsableArguments {
  @Option(help: "Passes over the training rows (default: by size).")
  var epochs: Int?

  @Option(
    help: "Operands of the products: auto (bfloat16 where it is faster), float32, bfloat16.")
  var precision: ProductPrecision?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one hyper-parameter, such as training.feature_noise=1; repeatable.",
      valueName: "key=value"))
  var assignments: [String] = []

  func configuration(_ preset: Configuration.Preset) throws -> Configuration {
    var configuration = try Configuration(preset: preset).setting(assignments)
    if let epochs { configuration.training.epochs = epochs }
    if let precision { configuration.training.precision = precision }
    return configuration
  }

  /// The parts of a list separated by commas.
  static func names(_ list: String) -> [String] {
    list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The file's name with another ending, where the command runs.
  static func output(for features: String, kind: String) -> String {
    URL(fileURLWithPath: features).deletingPathExtension().lastPathComponent + ".\(kind)"
  }
}
