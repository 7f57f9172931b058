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
    let blockRows = 256
    let samplers = (0..<options.threads).map { _ in
      ReconstructionSampler(
        denoiser: denoiser, parameters: parameters, dimensions: dimensions, sampler: .ddpm,
        textScale: 1, blockRows: blockRows, key: RandomKey(seed: 2))
    }
    let blocks = (rows + blockRows - 1) / blockRows
    let visual = options.normalRows(blocks * blockRows, options.visualWidth, stream: 1)
    var drawn = Matrix(rowCount: blocks * blockRows, columnCount: options.textWidth)
    let target = drawn.mutableView()
    let keys = (0..<UInt64(blocks * blockRows)).map { $0 }
    let pool = WorkerPool(threads: options.threads)
    var timings = Timings()
    keys.withUnsafeBufferPointer { keys in
      guard let first = keys.baseAddress else { return }
      for repetition in 0...repeats {
        let sample = {
          pool.forEach(blocks) { block, worker in
            let range = block * blockRows..<(block + 1) * blockRows
            samplers[worker].prepare(visual.view.rows(range))
            samplers[worker].draw(
              0, rowKeys: first + range.lowerBound, into: target.rows(range))
          }
        }
        // The first one warms caches and pages.
        if repetition == 0 { sample() } else { timings.measure(sample) }
      }
    }
    withExtendedLifetime((visual, drawn)) {}
    var report = BenchmarkReport([
      ("benchmark", .text("sample")), ("sampler", .text("ddpm")), ("steps", .integer(steps)),
      ("rows", .integer(rows)),
    ])
    for (name, value) in options.facts { report.add(name, value) }
    report.add("rows_per_s", .number(Double(blocks * blockRows) / timings.median))
    report.add("step_ms_median", .number(timings.median * 1e3 / Double(steps)))
    report.print(asJSON: options.json)
  }
}
