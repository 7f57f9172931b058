// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import Synchronization
import Testing

/// A fresh folder in which the executable runs.
final class Workbench: Sendable {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { folder.file(name) }

  func run(
    _ arguments: [String], environment: [String: String] = [:], onTerminal: Bool = false
  ) throws -> CommandResult {
    try command(arguments, environment: environment, onTerminal: onTerminal).run()
  }

  func command(
    _ arguments: [String], environment: [String: String] = [:], onTerminal: Bool = false
  ) -> Command {
    Command(
      arguments: arguments, folder: folder.path, environment: environment,
      messagesAreOnTerminal: onTerminal)
  }

  /// Writes `name`: 300 training and 120 test rows of 4 classes, narrow, unless `options`
  /// say otherwise.
  func synthesize(
    _ name: String, _ options: [String] = [], location: SourceLocation = #_sourceLocation
  ) throws {
    try run(["synthesize", name] + Self.withDefaults(options)).succeeded(location: location)
  }

  /// Fits `features` into `output` in a fraction of a second.
  @discardableResult
  func fit(
    _ features: String, output: String, _ options: [String] = [],
    location: SourceLocation = #_sourceLocation
  ) throws -> CommandResult {
    try run(["fit", features, "--output", output] + Self.quick + options)
      .succeeded(location: location)
  }

  /// The rows of `features` as JSON lines.
  func scores(
    of features: String, model: String, _ options: [String] = [],
    location: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let fixed = ["--model", model, "--output", "-", "--format", "jsonl"]
    return try run(["score", features] + fixed + options).succeeded(location: location)
      .outputLines
  }

  /// Names and contents of the files in a folder.
  func contents(of name: String) throws -> [String: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path(name))
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try bytes(of: path("\(name)/\($0)"))) })
  }

  /// Settings that make a fit of a small file quick, and keep the heads in use whatever they
  /// have learned.
  static let quick = [
    "--set", "training.minimum_steps=60", "--set", "training.maximum_steps=60",
    "--set", "training.minimum_epochs=1", "--set", "training.fusion_steps=40",
    "--set", "training.batch_size=64", "--set", "training.learning_rate=0.01",
    "--set", "alignment.dimension=16", "--set", "reconstruction.hidden_width=16",
    "--set", "sampling.draws=2", "--set", "validation.fallback=false",
  ]

  /// Settings that make the networks of a study quick to train.
  static let smallStudy = [
    "--set", "training.minimum_steps=10", "--set", "training.maximum_steps=10",
    "--set", "training.minimum_epochs=1", "--set", "training.fusion_steps=10",
    "--set", "training.batch_size=64", "--set", "training.learning_rate=0.01",
    "--set", "alignment.dimension=16", "--set", "reconstruction.hidden_width=16",
    "--set", "sampling.draws=2", "--set", "validation.minimum_rows=15",
  ]

  private static func withDefaults(_ options: [String]) -> [String] {
    let defaults = [
      "--rows": "300", "--test-rows": "120", "--classes": "4", "--visual-width": "24",
      "--text-width": "8",
    ]
    return options
      + defaults.filter { !options.contains($0.key) }.flatMap { [$0.key, $0.value] }
  }
}

/// A file and models fitted on it once, for tests that only read them.
enum Fitted {
  /// `features.h5`, `plugin.marnet` and `paper.marnet`.
  static let shared: Result<Workbench, any Error> = Result {
    let bench = try Workbench()
    try bench.synthesize("features.h5")
    try bench.fit("features.h5", output: "plugin.marnet")
    try bench.fit("features.h5", output: "paper.marnet", ["--preset", "paper"])
    folder.withLock { $0 = bench.folder }
    atexit { Fitted.folder.withLock { $0?.remove() } }
    return bench
  }

  private static let folder = Mutex<TemporaryFolder?>(nil)
}
