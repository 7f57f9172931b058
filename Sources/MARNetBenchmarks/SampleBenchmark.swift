// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetDense
import MARNetHeads

/// Draws x_CDR for rows by every step of the reverse process, with random weights.
struct SampleBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Time the reverse diffusion process.")

  @OptionGroup var options: BenchmarkOptions
  @Option(help: ArgumentHelp("Rows of a timed repetition.", valueName: "n"))
  var rows = 1_024
  @Option(help: ArgumentHelp("T, diffusion steps, all of which are visited.", valueName: "n"))
  var steps = 50
  @Option(help: ArgumentHelp("Timed repetitions.", valueName: "n"))
  var repeats = 5

  func validate() throws {
    guard rows >= 1, rows <= 1 << 24, (2...4_095).contains(steps), repeats >= 1 else {
      throw ValidationError("'--rows' and '--repeats' must be 1 or more, '--steps' 2 to 4095.")
    }
  }

  func run() throws {
    let dimensions = options.dimensions
    var layout = ParameterLayout()
    let denoiser = Denoiser(
      dimensions: dimensions, hasSkip: false,
      schedule: try NoiseSchedule(kind: .cosine, stepCount: steps), in: &layout)
    let parameters = ParameterBlock(
      layout: layout, key: RandomKey(seed: 1), precision: options.precision)
    let samplers = (0..<options.threads).map { _ in
      ReconstructionSampler(
        denoiser: denoiser, parameters: parameters, dimensions: dimensions, sampler: .ddpm,
        textScale: 1, blockRows: RowBlockTiming.blockRows, key: RandomKey(seed: 2))
    }
    var drawn = Matrix(
      rowCount: rows + RowBlockTiming.blockRows, columnCount: options.textWidth)
    let target = drawn.mutableView()
    let run = RowBlockTiming(options, rows: rows, repeats: repeats) { visual, keys, range, worker in
      samplers[worker].prepare(visual)
      samplers[worker].draw(0, rowKeys: keys, into: target.rows(range))
    }
    withExtendedLifetime(drawn) {}
    var report = BenchmarkReport([
      ("benchmark", .text("sample")), ("sampler", .text("ddpm")), ("steps", .integer(steps)),
      ("rows", .integer(rows)),
    ])
    for (name, value) in options.facts { report.add(name, value) }
    report.add("rows_per_s", .number(run.rowsPerSecond))
    // The layers inside the time loop; the image's and the step's parts are computed once.
    let (h, width) = (Double(options.hidden), Double(options.textWidth))
    let perRow = 2 * Double(steps) * (2 * h * width + 2 * h * h)
    report.add("gflops", .number(perRow * run.rowsPerSecond * 1e-9))
    report.add("step_ms_median", .number(run.timings.median * 1e3 / Double(steps)))
    report.print(asJSON: options.json)
  }
}
