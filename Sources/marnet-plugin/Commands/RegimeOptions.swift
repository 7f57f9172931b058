// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetStudy

/// Conditions that a comparison imposes.
struct RegimeOptions: ParsableArguments {
  @Option(help: "Fraction of the labels kept; the other rows stay as unlabelled pairs.")
  var labelFraction = 1.0

  @Option(help: "Fraction of the training rows that keep their text.")
  var textFraction = 1.0

  @Option(help: "Long tail: ratio of the largest class to the smallest in training.")
  var imbalance = 1.0

  @Option(
    help: ArgumentHelp(
      "Noise on standardised test images, in standard deviations, separated by commas.",
      valueName: "sizes"))
  var testNoise: String?

  func regime() throws -> Regime {
    var regime = Regime()
    regime.labelFraction = labelFraction
    regime.textFraction = textFraction
    regime.imbalance = imbalance
    regime.testNoise = try StudyArguments.names(testNoise ?? "").map { text in
      guard let value = Double(text) else {
        throw StudyError.invalidOption(
          name: "--test-noise", found: "'\(text)'", needed: "numbers separated by commas")
      }
      return value
    }
    return regime
  }
}
