// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetDense
import MARNetHeads

/// One update: gather, forward, losses, backward, clipping, AdamW.
struct TrainBenchmark: ParsableCommand {
  /// What is trained.
  enum Network: String, ExpressibleByArgument, CaseIterable {
    /// Alignment and one denoiser pass: the step that other implementations are timed on.
    case pair
    /// The joint network of the preset `plugin`, with two denoiser passes and three heads.
    case joint
  }

  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Time one training step.")

  @OptionGroup var options: BenchmarkOptions
  @Option(help: ArgumentHelp("Rows of a batch.", valueName: "n"))
  var batch = 512
  @Option(help: ArgumentHelp("Rows to draw batches from.", valueName: "n"))
  var rows = 16_384
  @Option(help: "What is trained: pair (alignment, one denoiser pass) or joint (preset plugin).")
  var network = Network.pair
  @Option(help: ArgumentHelp("Dropout of the joint network.", valueName: "p"))
  var dropout = 0.2
  @Option(help: ArgumentHelp("Timed steps.", valueName: "n"))
  var steps = 60
  @Option(help: ArgumentHelp("Steps before the clock starts.", valueName: "n"))
  var warmUp = 10

  func validate() throws {
    guard batch >= 2, batch <= rows, rows <= 1 << 24, steps >= 1, warmUp >= 0,
      (0..<1).contains(dropout)
    else {
      throw ValidationError(
        "'--batch' must be from 2 to '--rows', '--steps' 1 or more, '--dropout' below 1.")
    }
  }

  func run() throws {
    let network = try makeNetwork()
    let pool = WorkerPool(threads: options.threads)
    var steps = Timings()
    var products = Timings()
    let list = ProductList(options.dimensions, batch: batch)
    let memory = list.makeMemory()
    try train(network, pool: pool) { step, update in
      guard step >= warmUp else { return update() }
      steps.measure(update)
      // Products alone in between: both see the same machine.
      if self.network == .pair, step % 4 == 0 {
        products.measure { list.run(memory, pool: pool) }
      }
    }
    var report = BenchmarkReport([
      ("benchmark", .text("train")), ("network", .text(self.network.rawValue)),
      ("batch", .integer(batch)),
    ])
    for (name, value) in options.facts { report.add(name, value) }
    report.add("step_ms_median", .number(steps.median * 1e3))
    report.add("step_ms_p10", .number(steps.quantile(0.1) * 1e3))
    report.add("step_ms_min", .number(steps.quantile(0) * 1e3))
    report.add("rows_per_s", .number(Double(batch) / steps.median))
    if self.network == .pair {
      report.add("gflop", .number(list.operations * 1e-9))
      report.add("gflops", .number(list.operations / steps.median * 1e-9))
      report.add("sgemm_ms_median", .number(products.median * 1e3))
      report.add("fraction_of_sgemm", .number(products.median / steps.median))
    }
    report.print(asJSON: options.json)
  }

  private func makeNetwork() throws -> any TrainingNetwork {
    let schedule = try NoiseSchedule(kind: .cosine, stepCount: 50)
    switch network {
    case .pair:
      return PairNetwork(
        dimensions: options.dimensions, schedule: schedule, batchSize: batch,
        precision: options.precision)
    case .joint:
      return JointNetwork(
        dimensions: options.dimensions, schedule: schedule,
        options: jointOptions, batchSize: batch,
        precision: options.precision, key: RandomKey(seed: 1))
    }
  }

  /// Those of the preset `plugin`.
  private var jointOptions: NetworkOptions {
    var result = NetworkOptions()
    result.alignmentLoss = InfoNCE(temperature: 0.07)
    result.alignmentWeight = 0.3
    result.reconstructionWeight = 1
    result.textScale = 0.3
    result.dropout = Float(dropout)
    result.hasSkip = true
    return result
  }

  /// Calls `around` with each step's number and update.
  private func train(
    _ network: any TrainingNetwork, pool: WorkerPool, around: (Int, () -> Void) -> Void
  ) throws {
    let optimizer = AdamW(layout: network.parameters.layout, weightDecay: 0.01, clipNorm: 1)
    let visual = options.normalRows(rows, options.visualWidth, stream: 1)
    let text = options.normalRows(rows, options.textWidth, stream: 2)
    var targets = Matrix(rowCount: rows, columnCount: options.classes)
    for row in 0..<rows { targets[row, row % options.classes] = 1 }
    let labels = (0..<rows).map { Int32($0 % options.classes) }
    let ones = [Float](repeating: 1, count: rows)
    let order = (0..<rows).map { $0 * 7_919 % rows }
    labels.withUnsafeBufferPointer { labels in
      ones.withUnsafeBufferPointer { ones in
        order.withUnsafeBufferPointer { order in
          guard let one = ones.baseAddress, let label = labels.baseAddress else { return }
          for step in 0..<warmUp + steps {
            let first = step % (rows / batch) * batch
            let batch = TrainingBatch(
              visual: visual.view, text: text.view, targets: targets.view, weights: one,
              labels: label, hasText: one,
              rows: UnsafeBufferPointer(rebasing: order[first..<first + batch]))
            around(step) {
              let terms = network.evaluate(batch, step: step, pool: pool)
              precondition(terms.total.isFinite, "the loss of a benchmark step is not finite")
              optimizer.update(network.parameters, rate: 1e-3, step: step, pool: pool)
            }
          }
        }
      }
    }
    withExtendedLifetime((visual, text, targets)) {}
  }
}
