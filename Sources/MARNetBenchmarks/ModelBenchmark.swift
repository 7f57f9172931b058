// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet
import MARNetDense

/// Scores rows in memory with a fitted model: what `score` does between reading and writing.
struct ModelBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Time the scoring of rows in memory with a model.")

  @Argument(help: "Model directory, as 'fit' wrote it.")
  var model: String
  @Option(help: ArgumentHelp("Rows of a timed repetition.", valueName: "n"))
  var rows = 100_000
  @Option(help: ArgumentHelp("Timed repetitions.", valueName: "n"))
  var repeats = 3
  @Option(
    help: ArgumentHelp("Worker threads; all available processors by default.", valueName: "n"))
  var threads = WorkerPool.availableProcessors
  @Flag(help: "Print one JSON object.")
  var json = false

  /// As many as `score` takes at a time.
  private static let blockRows = 8_192

  func validate() throws {
    guard (1...1_024).contains(threads), repeats >= 1, (1...1 << 24).contains(rows) else {
      throw ValidationError(
        "'--threads' must be from 1 to 1024, '--rows' from 1 to \(1 << 24), '--repeats' 1 or more.")
    }
  }

  func run() throws {
    let model = try Model(directory: model)
    let scorer = try ModelScorer(model, threads: threads)
    let blocks = blocks(of: model.visualWidth)
    _ = try scorer.score(blocks[0])
    var timings = Timings()
    let before = Self.processorSeconds
    for _ in 0..<repeats {
      try timings.measure { for block in blocks { _ = try scorer.score(block) } }
    }
    let used = (Self.processorSeconds - before) / Double(repeats)
    BenchmarkReport([
      ("benchmark", .text("model")), ("decision", .text(model.decision.rawValue)),
      ("visual_width", .integer(model.visualWidth)),
      ("classes", .integer(model.classNames.count)), ("threads", .integer(threads)),
      ("rows", .integer(rows)), ("median_seconds", .number(timings.median)),
      ("processor_seconds", .number(used)),
      ("rows_per_s", .number(Double(rows) / timings.median)),
    ]).print(asJSON: json)
  }

  /// Blocks of their own memory: the rows of N(0, 1) of the first one, again and again.
  private func blocks(of width: Int) -> [Matrix] {
    var block = Matrix(rowCount: min(rows, Self.blockRows), columnCount: width)
    let (view, key) = (block.mutableView(), RandomKey(seed: 1))
    for row in 0..<view.rowCount {
      key.fillNormal(
        view.row(row), count: width, rowKey: UInt64(row), tag: RandomKey.tag(purpose: 0))
    }
    return stride(from: 0, to: rows, by: Self.blockRows).map { start in
      view.rows(0..<min(Self.blockRows, rows - start)).matrix()
    }
  }

  /// Seconds of processor time, user and system, that this process has taken.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
