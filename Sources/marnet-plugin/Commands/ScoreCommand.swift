// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score the images of a feature file with a model; text is never read.",
    discussion: """
      The output is HDF5 (.h5), CSV (.csv) or JSON lines (.jsonl) by its extension; '-' writes \
      CSV to standard output. A run that was cut off goes on with --resume. Shards go to files \
      of their own, which 'merge' makes one.

        marnet-plugin score new.h5 --model features.marnet --output scores.csv --top-k 5
        marnet-plugin score new.h5 --model features.marnet --output scores.h5 --resume
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String]

  @OptionGroup(title: "Layout of the file") var layout: LayoutArguments

  @OptionGroup var source: ModelOptions

  @Option(
    help: "Where to write: .h5, .csv, .jsonl, or - for standard output.",
    completion: .file(extensions: ["h5", "hdf5", "csv", "jsonl"]))
  var output: String

  @Option(help: "Format, where the extension does not say: hdf5, csv, jsonl.")
  var format: ScoreFormat?

  @Option(help: "Write only the k most probable classes of each row.")
  var topK: Int?

  @Option(help: "Sampler of the reconstruction: one-step, ddim, ddpm (default: the model's).")
  var sampler: SamplingOptions.Method?

  @Option(help: "Steps of the DDIM sampler.")
  var steps: Int?

  @Flag(help: "Also write the aligned embedding x_EMA.")
  var embedding = false

  @Flag(help: "Also write the reconstructed text feature x_CDR.")
  var reconstruction = false

  @Flag(help: "Replace what stands at the output.")
  var overwrite = false

  @Flag(help: "Go on with a run that was cut off; the file will be the same.")
  var resume = false

  @OptionGroup var part: ShardArguments

  func validate() throws {
    if resume, output == "-" {
      throw ValidationError("--resume needs a file as --output: a pipe keeps nothing.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k is \(topK) but must be 1 or more.") }
  }

  func run() throws {
    try CommandRun.run {
      let part = try part.choose()
      let model = try Model(directory: source.model)
      var what = FileScoring()
      what.split = source.split
      what.shard = part?.shard
      what.topK = topK
      what.includesEmbedding = embedding
      what.includesReconstruction = reconstruction
      what.batchRows = source.batch
      what.memory = source.memory.budget
      what.format = format
      what.overwrite = overwrite
      what.resume = resume
      var options = source.scoring
      options.sampler = sampler
      options.steps = steps
      let file = try layout.open(features, threads: source.resources.threads)
      if let part {
        let total = try file.description(of: source.split).rowCount
        Console.message(ScoringText.announcement(part.shard, source: part.source, of: total))
      }
      var hasBegun = false
      do {
        let report = try model.score(
          file, to: output, what, options: options, threads: source.resources.threads
        ) { done, count in
          if resume, !hasBegun { Console.message(ScoringText.beginning(done: done, of: count)) }
          hasBegun = true
          return ProgressLine.showRows("scoring", done, count)
        }
        ProgressLine.clear()
        Console.message(ScoringText.end(report, split: source.split))
      } catch let stopped as ScoringStopped {
        throw ResumableStop(stopped, goingOnWith: ["--resume"])
      }
    }
  }
}

/// Which model, which rows, which noise.
struct ModelOptions: ParsableArguments {
  @Option(help: "Model directory, as 'fit' wrote it.", completion: .directory)
  var model: String

  @Option(help: "Rows to use: train, val or test.")
  var split = Split.test

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

  var scoring: ScoringOptions {
    var options = ScoringOptions()
    options.draws = draws
    options.seed = seed
    options.precision = precision
    return options
  }
}
