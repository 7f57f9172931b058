// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetDense
import MARNetHeads

/// Scores rows in memory with all heads, with weights of 0.
struct ScoreBenchmark: ParsableCommand {
  /// How x_CDR is drawn.
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case oneStep = "one-step"
    case ddim
    case ddpm
  }

  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Time scoring: projection, draws of x_CDR, all heads.")

  @OptionGroup var options: BenchmarkOptions
  @Option(help: ArgumentHelp("Rows of a timed repetition.", valueName: "n"))
  var rows = 4_096
  @Option(help: "How x_CDR is drawn: one-step, ddim or ddpm (50 steps).")
  var sampler = Method.ddim
  @Option(help: ArgumentHelp("Steps of ddim.", valueName: "n"))
  var steps = 10
  @Option(help: ArgumentHelp("K, draws averaged.", valueName: "n"))
  var draws = 1
  @Option(help: ArgumentHelp("Timed repetitions.", valueName: "n"))
  var repeats = 5

  func validate() throws {
    guard rows >= 1, rows <= 1 << 24, (1...50).contains(steps), draws >= 1, repeats >= 1 else {
      throw ValidationError("'--steps' must be from 1 to 50, the other counts 1 or more.")
    }
  }

  func run() throws {
    let heads = try TrainedHeads(
      HeadArchitecture(
        dimensions: options.dimensions, slope: 0.01, hasTextProjector: true, hasSkip: true,
        scheduleKind: .cosine, diffusionSteps: 50, textScale: 1,
        fusionOperator: .concatenation, fusionMode: .representation,
        standardisesFusionInput: false, prediction: .averageOfHeads),
      precision: options.precision)
    let scorers = (0..<options.threads).map { _ in
      HeadScorer(
        heads, sampling: HeadScorer.Sampling(sampler: headSampler, draws: draws, seed: 1),
        blockRows: RowBlockTiming.blockRows)
    }
    let run = RowBlockTiming(options, rows: rows, repeats: repeats) { visual, keys, _, worker in
      scorers[worker].score(visual, rowKeys: keys)
    }
    var report = BenchmarkReport([
      ("benchmark", .text("score")), ("sampler", .text(sampler.rawValue)),
      ("steps", .integer(sampler == .ddim ? steps : sampler == .ddpm ? 50 : 1)),
      ("draws", .integer(draws)), ("rows", .integer(rows)),
    ])
    for (name, value) in options.facts { report.add(name, value) }
    report.add("rows_per_s", .number(run.rowsPerSecond))
    report.print(asJSON: options.json)
  }

  private var headSampler: Sampler {
    switch sampler {
    case .oneStep: return .oneStep
    case .ddim: return .ddim(steps: steps, eta: 0)
    case .ddpm: return .ddpm
    }
  }
}
