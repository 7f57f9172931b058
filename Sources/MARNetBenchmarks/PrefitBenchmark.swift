// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MARNet
import MARNetDense

/// The linear prefit on rows written by someone else, so that both sides fit the same data.
struct PrefitBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefit",
    abstract: "Cross-validated logistic regression; Tests/Performance/prefit.py writes the rows.")

  @Option(help: "Standardised rows, raw float32 [rows, width].")
  var visual: String
  @Option(help: "The same rows' text, raw float32 [rows, width]; fits the teacher, too.")
  var text: String?
  @Option(help: "Classes, raw int32 [rows].")
  var labels: String
  @Option(help: "Rows.")
  var rows = 6_000
  @Option(help: "Columns of the rows.")
  var width = 1_024
  @Option(help: "Classes.")
  var classes = 66
  @Option(help: "Threads; all available processors by default.")
  var threads = WorkerPool.availableProcessors
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...1_024).contains(threads), rows >= 2, width >= 1, classes >= 2 else {
      throw ValidationError(
        "'--threads' must be from 1 to 1024, '--rows' and '--classes' 2 or more.")
    }
  }

  func run() throws {
    let visual = try matrix(visual)
    let text = try text.map(matrix)
    let labels = try values(labels, of: Int32.self, count: rows)
    let pool = WorkerPool(threads: threads)
    var timings = Timings()
    let prefit = try timings.measure {
      try Prefit.fit(
        PreparedRows(
          visual: visual, text: text, hasText: [Bool](repeating: text != nil, count: rows),
          labels: labels, classCount: classes), usesText: text != nil, options: PrefitOptions(),
        key: RandomKey(seed: 0),
        pool: pool, checkpoint: {})
    }
    var report = BenchmarkReport([
      ("benchmark", .text("prefit")), ("rows", .integer(rows)), ("width", .integer(width)),
      ("classes", .integer(classes)), ("threads", .integer(threads)),
      ("kernel", .text(ProductKernel.kernel(for: .float32).instructions)),
      ("seconds", .number(timings.median)), ("c", .exact(prefit.imageProbe.c)),
      // Mean cross-entropy + ‖W‖² / (2 c n) of the final image probe, in nats.
      ("objective", .exact(objective(prefit.imageProbe, visual, labels, pool))),
    ])
    if let nll = prefit.nll {
      report.add("nll_image", .number(nll.image))
      report.add("nll_text", .number(nll.text))
      report.add("nll_teacher", .number(nll.teacher))
    }
    report.print(asJSON: json)
  }

  private func objective(
    _ probe: Probe, _ features: Matrix, _ labels: [Int32], _ pool: WorkerPool
  ) -> Double {
    let fit = RowMetrics.nll(probe.logProbabilities(of: features, pool: pool), labels: labels)
    let squares = probe.weights.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (fit.reduce(0, +) + squares / (2 * probe.c)) / Double(rows)
  }

  private func matrix(_ path: String) throws -> Matrix {
    Matrix(
      rowCount: rows, columnCount: width,
      values: try values(path, of: Float.self, count: rows * width))
  }

  private func values<Value>(_ path: String, of type: Value.Type, count: Int) throws -> [Value] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let needed = count * MemoryLayout<Value>.stride
    guard data.count == needed else {
      throw ValidationError("\(path) has \(data.count) bytes; the options say \(needed).")
    }
    return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      _ = data.copyBytes(to: buffer)
      initialized = count
    }
  }
}
