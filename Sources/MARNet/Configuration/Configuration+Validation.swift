// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

extension Configuration {
  /// Checks every value once, before any work.
  ///
  /// - Throws: `ConfigurationError` for the first value out of its range.
  public func validate() throws(ConfigurationError) {
    try check("training.batchSize", training.batchSize, 2...65_536)
    if let epochs = training.epochs { try check("training.epochs", epochs, 1...1_000_000) }
    try check("training.automaticEpochs", training.automaticEpochs, 1...1_000_000)
    try check("training.minimumSteps", training.minimumSteps, 1...100_000_000)
    try check(
      "training.maximumSteps", training.maximumSteps, training.minimumSteps...100_000_000)
    try check("training.minimumEpochs", training.minimumEpochs, 1...1_000_000)
    try check("training.fusionSteps", training.fusionSteps, 1...100_000_000)
    try check("training.learningRate", training.learningRate, above: 0, to: 10)
    try check("training.weightDecay", training.weightDecay, from: 0, to: 1_000)
    try check("training.warmup", training.warmup, from: 0, to: 1)
    try check("training.clipNorm", training.clipNorm, above: 0, to: .greatestFiniteMagnitude)
    try check("training.dropout", training.dropout, from: 0, to: 0.95)
    try check("training.featureNoise", training.featureNoise, from: 0, to: 100)
    if case .invalidWeight(let name, let found) = training.classWeights.valueProblem {
      throw .outOfRange(
        key: "training.class_weights", found: "\(found) for class '\(name)'",
        needed: "a number above 0 for every class", remedy: "The default is \"none\".")
    }
    if let rows = training.shuffleRows {
      try check("training.shuffleRows", rows, training.batchSize...Int(Int32.max))
    }
    if let parts = training.parts { try check("training.parts", parts, 1...65_536) }
    if let rows = training.slabRows { try check("training.slabRows", rows, 1...Int(Int32.max)) }
    try check("alignment.dimension", alignment.dimension, 1...8_192)
    try check("alignment.temperature", alignment.temperature, from: 0.01, to: 100)
    try check("alignment.weight", alignment.weight, from: 0, to: 100_000)
    try check("alignment.leakySlope", alignment.leakySlope, above: 0, to: 1)
    try check("reconstruction.hiddenWidth", reconstruction.hiddenWidth, 1...8_192)
    try check("reconstruction.timeEmbeddingWidth", reconstruction.timeEmbeddingWidth, 2...4_096)
    try check("reconstruction.diffusionSteps", reconstruction.diffusionSteps, 2...4_095)
    try check("reconstruction.textScale", reconstruction.textScale, above: 0, to: 100)
    try check("reconstruction.weight", reconstruction.weight, from: 0, to: 1_000)
    try check("sampling.steps", sampling.steps, 1...reconstruction.diffusionSteps)
    try check("sampling.eta", sampling.eta, from: 0, to: 1)
    try check("sampling.draws", sampling.draws, 1...4_095)
    try check("probe.tolerance", probe.tolerance, from: 1e-12, to: 1)
    try check("probe.folds", probe.folds, 2...100)
    try check("probe.outOfFoldFolds", probe.outOfFoldFolds, 2...100)
    try check("teacher.weight", teacher.weight, from: 0, to: 1)
    try check("validation.fraction", validation.fraction, above: 0, to: 0.9)
    try check("validation.minimumRows", validation.minimumRows, 2...Int(Int32.max))
    try check(
      "validation.maximumRows", validation.maximumRows, validation.minimumRows...Int(Int32.max))
    if let found = ProductKernel.unavailableChoice {
      throw .outOfRange(
        key: ProductKernel.environmentName, found: found,
        needed: "instructions this processor has: one of "
          + ProductKernel.allInstructions.joined(separator: ", "),
        remedy: "Unset the environment variable to use the fastest.")
    }
    try checkLists()
    try checkCombinations()
  }

  private func checkLists() throws(ConfigurationError) {
    guard !probe.grid.isEmpty, probe.grid.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .outOfRange(
        key: "probe.grid", found: "\(probe.grid)", needed: "one or more values above 0",
        remedy: "The default is [0.001, 0.01, 0.1, 1].")
    }
    guard !teacher.exponents.isEmpty, teacher.exponents.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw .outOfRange(
        key: "teacher.exponents", found: "\(teacher.exponents)",
        needed: "one or more values of 0 or above",
        remedy: "The default is [0, 0.25, 0.5, 0.75, 1, 1.5, 2].")
    }
  }

  private func checkCombinations() throws(ConfigurationError) {
    do {
      _ = try NoiseSchedule(
        kind: reconstruction.schedule.kind, stepCount: reconstruction.diffusionSteps)
    } catch {
      switch error {
      case .betaReachesOne(_, let steps):
        throw .incompatible(
          reason: "the linear schedule has a β of 1 or more at \(steps) diffusion steps",
          remedy: "Use more than 20 steps, or the cosine schedule.")
      case .signalRemains(let kind, let steps, let alphaBar):
        throw .incompatible(
          reason: "the \(kind.rawValue) schedule with \(steps) diffusion steps keeps "
            + "\(alphaBar) of the signal at its end, and must keep less than 0.01",
          remedy: "Use more diffusion steps.")
      }
    }
    if fusion.mode == .logit && fusion.fusionOperator == .concatenation {
      throw .incompatible(
        reason: "concatenation of logits is not a fusion",
        remedy: "Choose another 'fusion.fusion_operator', or mode 'representation'.")
    }
    if alignment.negatives == .global && alignment.method != .ita {
      throw .incompatible(
        reason:
          "negatives of all ranks are those of InfoNCE, not of '\(alignment.method.rawValue)'",
        remedy: "Leave out 'alignment.negatives', or use the method 'ita'.")
    }
    guard training.scheme == .joint else { return }
    if fusion.fusionOperator != .concatenation || fusion.mode != .representation {
      throw .incompatible(
        reason: "joint training fuses by concatenation of representations",
        remedy: "Set 'training.scheme' to 'staged' for the other operators.")
    }
    if sampling.sampler != .oneStep {
      throw .incompatible(
        reason: "joint training teaches the heads one denoiser call from pure noise; samples "
          + "of '\(sampling.sampler.rawValue)' are foreign to them",
        remedy: "Use sampler 'one-step', or the preset 'paper'.")
    }
  }

  private func check(
    _ key: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(ConfigurationError) {
    guard range.contains(value) else {
      throw .outOfRange(
        key: Self.fileKey(key), found: "\(value)",
        needed: "from \(range.lowerBound) to \(range.upperBound)",
        remedy: "The default is \(defaultText(of: key)).")
    }
  }

  private func check(
    _ key: String, _ value: Double, from lower: Double, to upper: Double
  ) throws(ConfigurationError) {
    guard value >= lower && value <= upper else {
      throw .outOfRange(
        key: Self.fileKey(key), found: "\(value)", needed: "from \(lower) to \(upper)",
        remedy: "The default is \(defaultText(of: key)).")
    }
  }

  private func check(
    _ key: String, _ value: Double, above lower: Double, to upper: Double
  ) throws(ConfigurationError) {
    guard value > lower && value <= upper else {
      throw .outOfRange(
        key: Self.fileKey(key), found: "\(value)", needed: "above \(lower) and at most \(upper)",
        remedy: "The default is \(defaultText(of: key)).")
    }
  }

  /// A dotted key as it stands in a file: snake case.
  private static func fileKey(_ key: String) -> String {
    key.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  /// The preset's value of a dotted key, for messages.
  private func defaultText(of key: String) -> String {
    var value: Any = Configuration(preset: preset)
    for part in key.split(separator: ".") {
      guard
        let child = Mirror(reflecting: value).children.first(where: { $0.label == String(part) })
      else { return "in docs/configuration.md" }
      value = child.value
    }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      return mirror.children.first.map { "\($0.value)" } ?? "chosen by size"
    }
    return "\(value)"
  }
}
