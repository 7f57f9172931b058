// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNet

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score images, in a feature file or as a stream; text is never read.",
    discussion: """
      The output is HDF5 (.h5), CSV (.csv), JSON lines (.jsonl) or NumPy (.npy: probabilities \
      alone) by its extension; '-' writes CSV to standard output. A run that was cut off goes on \
      with --resume. Shards go to files of their own, which 'merge' makes one. With --visual it \
      stands in a pipeline: rows come through standard input, and scores go to standard output.

        marnet-plugin score new.h5 --model features.marnet --output s.csv --top-k 5
        marnet-plugin score new.h5 --model features.marnet --output s.h5 --resume
        encoder | marnet-plugin score --visual - --model features.marnet > s.csv
      """)

  @Argument(
    help: "HDF5 feature files, taken as one; also quoted patterns, such as 'parts/*.h5'.",
    completion: .featureFiles)
  var features: [String] = []

  @OptionGroup(title: "Rows of a stream") var stream: StreamArguments

  @OptionGroup(title: "Layout of the file") var layout: LayoutArguments

  @OptionGroup var source: ModelOptions

  @Option(
    help: """
      Where to write: .h5, .csv, .jsonl, .npy, or - for standard output, the default with --visual.
      """, completion: .file(extensions: ["h5", "hdf5", "csv", "jsonl", "npy"]))
  var output: String?

  @Option(help: "Format, where the extension does not say: hdf5, csv, jsonl, npy.")
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

  @OptionGroup var log: LogOptions

  func validate() throws {
    if stream.visual != nil {
      try requireOnlyStream()
    } else {
      // What the parser says where there is nothing else to choose from.
      if features.isEmpty { throw ValidationError("Missing expected argument '<features> ...'") }
      if output == nil { throw ValidationError("Missing expected argument '--output <output>'") }
    }
    if resume, output == "-" {
      throw ValidationError("--resume needs a file as --output: a pipe keeps nothing.")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k is \(topK) but must be 1 or more.") }
  }

  func run() throws {
    try CommandRun.run(log: log.logFormat) {
      if let visual = stream.visual {
        try scoreStream(visual)
      } else {
        try scoreFiles(to: output ?? "-")
      }
    }
  }

  private func scoreFiles(to output: String) throws {
    let part = try part.choose()
    let model = try Model(directory: source.model)
    var what = FileScoring()
    what.split = source.rows
    what.shard = part?.shard
    what.topK = topK
    what.includesEmbedding = embedding
    what.includesReconstruction = reconstruction
    what.batchRows = source.batch
    what.memory = source.memory.budget
    what.format = format
    what.overwrite = overwrite
    what.resume = resume
    let file = try layout.open(features, threads: source.resources.threads)
    if let part {
      let total = try file.description(of: source.rows).rowCount
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
      LiveBlock.clear()
      Console.message(ScoringText.end(report, of: "'\(source.rows.rawValue)'"))
    } catch let stopped as ScoringStopped {
      throw ResumableStop(stopped, goingOnWith: ["--resume"])
    }
  }

  private func scoreStream(_ visual: String) throws {
    let model = try Model(directory: source.model)
    var what = StreamScoring()
    what.topK = topK
    what.includesEmbedding = embedding
    what.includesReconstruction = reconstruction
    what.batchRows = source.batch
    what.memory = source.memory.budget
    what.format = format
    what.overwrite = overwrite
    let report = try model.score(
      rowsAt: visual, as: stream.form, to: output ?? "-", what, options: options,
      threads: source.resources.threads
    ) { done, count in
      ProgressLine.showRows("scoring", done, count)
    }
    LiveBlock.clear()
    Console.message(ScoringText.end(report, of: visual == "-" ? "standard input" : visual))
  }

  private var options: ScoringOptions {
    var options = source.scoring
    options.sampler = sampler
    options.steps = steps
    return options
  }

  /// A stream has no layout, splits or shards, and does not come twice.
  private func requireOnlyStream() throws {
    func refuse(_ what: String) -> ValidationError {
      ValidationError("\(what) is for feature files. Leave it or --visual out.")
    }
    if let first = features.first { throw refuse("'\(first)'") }
    if source.split != nil { throw refuse("--split") }
    if part.shards != nil || part.shard != nil { throw refuse("--shards") }
    if layout.options != LayoutOptions() || layout.untrusted { throw refuse("A layout") }
    if resume { throw refuse("--resume") }
  }
}
