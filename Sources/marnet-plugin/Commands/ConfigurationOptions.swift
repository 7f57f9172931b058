// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet

extension Configuration.Preset: ExpressibleByArgument {}
extension MARNet.AlignmentOptions.Method: ExpressibleByArgument {}
extension SamplingOptions.Method: ExpressibleByArgument {}
extension ProductPrecision: ExpressibleByArgument {}
extension Split: ExpressibleByArgument {}
extension ScoreFormat: ExpressibleByArgument {}

/// The types that can be written.
extension FeatureType: ExpressibleByArgument {
  /// The type of that name; nil for types that are only read.
  public init?(argument: String) {
    guard let type = Self.writable.first(where: { $0.rawValue == argument }) else { return nil }
    self = type
  }

  /// The names to choose from.
  public static var allValueStrings: [String] { writable.map(\.rawValue) }
}

/// Hyper-parameters: a preset, a file over it, flags over both.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: "Starting point: plugin (measured to hold up) or paper (as published).")
  var preset: Configuration.Preset?

  @Option(
    help: "JSON file of hyper-parameters, or the config.json of a model to repeat.",
    completion: .file(extensions: ["json"]))
  var config: String?

  @Option(help: "Alignment loss: ita (InfoNCE, the paper's), swd, ssan, cdd, sdm, team.")
  var alignment: MARNet.AlignmentOptions.Method?

  @Option(help: "Seed of every random number.")
  var seed: UInt64?

  @OptionGroup var overrides: OverrideOptions

  /// Whether any hyper-parameter was named.
  var isGiven: Bool {
    preset != nil || config != nil || alignment != nil || seed != nil || overrides.isGiven
  }

  func configuration() throws -> Configuration {
    var configuration: Configuration
    if let config {
      configuration = try Configuration(contentsOfFile: config, preset: preset)
    } else {
      configuration = Configuration(preset: preset ?? .plugin)
    }
    if let alignment { configuration.alignment.use(alignment) }
    configuration = try overrides.applied(to: configuration)
    if let seed { configuration.seed = seed }
    return configuration
  }
}

/// How much memory to use.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: """
      Memory to stay within, such as 2G (default: three quarters of what is available); changes \
      no bit of any result.
      """)
  var memory: MemoryBudget?

  var budget: MemoryBudget? { memory }
}

extension MemoryBudget: ExpressibleByArgument {
  /// Reads a size such as "2G".
  public init?(argument: String) { self.init(argument) }
}

/// How much of the machine to use.
struct ResourceOptions: ParsableArguments {
  @Option(help: "Threads (default: all available processors); changes no bit of any result.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads) but must be from 1 to 1024.")
    }
  }
}
