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

  @Option(help: "Standardised rows, raw float32 [rows, width].") var visual: String
  @Option(help: "The same rows' text, raw float32 [rows, width]; fits the teacher, too.")
  var text: String?
  @Option(help: "Classes, raw int32 [rows].") var labels: String
  @Option var rows = 6_000
  @Option var width = 1_024
  @Option var classes = 66
  @Option var threads = WorkerPool.availableProcessors
  @Flag(help: "Print one JSON object.") var json = false

  private struct Report: Encodable {
    let seconds: Double
    /// The chosen c.
    let c: Double
    /// Mean cross-entropy + ‖W‖² / (2 c n) of the final image probe, in nats.
    let objective: Double
    /// Out-of-fold negative log-likelihoods in nats: image, text, teacher.
    let nll: [Double]
    let kernel: String
  }

  func run() throws {
    let visual = try matrix(visual)
    let text = try text.map(matrix)
    let labels = try values(labels, of: Int32.self, count: rows)
    let pool = WorkerPool(threads: threads)
    let start = ContinuousClock.now
    let prefit = try Prefit.fit(
      visual: visual, text: text, hasText: [Bool](repeating: text != nil, count: rows),
      labels: labels, classCount: classes, options: PrefitOptions(), key: RandomKey(seed: 0),
      pool: pool, checkpoint: {})
    let elapsed = ContinuousClock.now - start
    let report = Report(
      seconds: elapsed / .seconds(1), c: prefit.imageProbe.c,
      objective: objective(prefit.imageProbe, visual, labels, pool),
      nll: prefit.nll.map { [$0.image, $0.text, $0.teacher] } ?? [],
      kernel: ProductKernel.kernel(for: .float32).instructions)
    if json {
      print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    } else {
      print("prefit: threads \(threads), \(report)")
    }
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
