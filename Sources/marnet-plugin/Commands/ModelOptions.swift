// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

/// Which model, which rows, which noise.
struct ModelOptions: ParsableArguments {
  @Option(help: "Model directory, as 'fit' wrote it.", completion: .directory)
  var model: String

  @Option(help: "Rows to use: train, val or test (default: test).")
  var split: Split?

  @Option(help: "Noise draws averaged (default: the model's).")
  var draws: Int?

  @Option(help: "Seed of the noise (default: the model's).")
  var seed: UInt64?

  @Option(
    help: """
      Operands of the products: auto (bfloat16 where it is faster and the model's \
      probabilities agree), float32, bfloat16.
      """)
  var precision = ProductPrecision.auto

  @Option(help: "Rows at a time at most (default: 8192); no effect on the scores.")
  var batch: Int?

  @OptionGroup var resources: ResourceOptions

  @OptionGroup var memory: MemoryOptions

  func validate() throws {
    if let batch, !(1...10_000_000).contains(batch) {
      throw ValidationError("--batch is \(batch) but must be from 1 to 10000000.")
    }
  }

  /// The split to use.
  var rows: Split { split ?? .test }

  var scoring: ScoringOptions {
    var options = ScoringOptions()
    options.draws = draws
    options.seed = seed
    options.precision = precision
    return options
  }
}
