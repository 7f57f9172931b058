// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetDense
import MARNetHeads

/// One update of the joint network: gather, forward, losses, backward, AdamW.
struct StepBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "One update of the joint network of preset plugin.")

  @Option var batch = 128
  @Option var rows = 8_192
  @Option var visualWidth = 768
  @Option var textWidth = 768
  @Option var classes = 172
  @Option var aligned = 256
  @Option var hidden = 256
  @Option var threads = WorkerPool.availableProcessors
  @Option var steps = 60
  @Option var warmUp = 10

  func run() throws {
    let dimensions = HeadDimensions(
      visual: visualWidth, text: textWidth, classes: classes, aligned: aligned, hidden: hidden,
      timeEmbedding: 32)
    let key = RandomKey(seed: 1)
    let network = JointNetwork(
      dimensions: dimensions, schedule: try NoiseSchedule(kind: .cosine, stepCount: 50),
      options: JointNetwork.Options(
        temperature: 0.07, alignmentWeight: 0.3, reconstructionWeight: 1, textScale: 0.3,
        slope: 0.01, dropout: 0.2, hasSkip: true), batchSize: batch, key: key)
    let optimizer = AdamW(
      layout: network.parameters.layout, weightDecay: 1, clipNorm: 1)
    let data = normalRows(visualWidth, key, 1)
    let text = normalRows(textWidth, key, 2)
    var targets = Matrix(rowCount: rows, columnCount: classes)
    for row in 0..<rows { targets[row, row % classes] = 1 }
    let ones = [Float](repeating: 1, count: rows)
    let pool = WorkerPool(threads: threads)
    var times: [Double] = []
    for step in 0..<warmUp + steps {
      let indices = (0..<batch).map { (step * batch + $0 * 7) % rows }
      let start = ContinuousClock.now
      ones.withUnsafeBufferPointer { ones in
        indices.withUnsafeBufferPointer { indices in
          guard let one = ones.baseAddress else { return }
          let terms = network.evaluate(
            TrainingBatch(
              visual: data.view, text: text.view, targets: targets.view, weights: one,
              hasText: one, rows: indices), step: step, pool: pool)
          precondition(terms.total.isFinite, "the loss of a benchmark step is not finite")
        }
      }
      optimizer.update(network.parameters, rate: 1e-3, step: step, pool: pool)
      let elapsed = (ContinuousClock.now - start).components
      if step >= warmUp {
        times.append(Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) * 1e-15)
      }
    }
    times.sort()
    let median = times[times.count / 2]
    print(
      "step: batch \(batch), threads \(threads), \(Product.coreName): median \(median) ms, "
        + "min \(times[0]) ms, max \(times[times.count - 1]) ms")
  }

  private func normalRows(_ width: Int, _ key: RandomKey, _ purpose: UInt8) -> Matrix {
    var matrix = Matrix(rowCount: rows, columnCount: width)
    let view = matrix.mutableView()
    for row in 0..<rows {
      key.fillNormal(
        view.row(row), count: width, rowKey: UInt64(row),
        tag: RandomKey.tag(purpose: purpose))
    }
    return matrix
  }
}
