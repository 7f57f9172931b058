// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// What the reconstruction of labelled rows is worth at each step of the reverse diffusion, for
/// one noise draw: x̂₀ as the denoiser estimates it there, given to the reconstruction head.
package struct DenoisingPath: Sendable, Equatable {
  /// One call of the denoiser.
  package struct Step: Sendable, Equatable {
    /// t, from T − 1 down to 0.
    package var step: Int
    /// √(1 − ᾱ_t), the deviation of the noise in x_t.
    package var noise: Double
    /// Fraction of the rows of which the head finds the class.
    package var top1: Double
    /// Mean over rows of the distance to the mean text of their class, a root mean square over
    /// dimensions in standardised units; nil without means.
    package var ownDistance: Double?
    /// The same to the means of the other classes, averaged over these.
    package var otherDistance: Double?
  }

  /// In the order of the calls.
  package var steps: [Step]
  /// Rows traced.
  package var rows: Int
  /// T.
  package var stepCount: Int
  /// Rows among them whose class has a mean text.
  package var rowsWithMeans: Int
}

extension Model {
  /// Traces rows: `visual` `[N, Dv]`, features as the extractor gave them; `labels` `[N]`, of 0 or
  /// above.
  ///
  /// - Throws: `ModelError`, `ConfigurationError`.
  package func denoisingPath(
    of visual: Matrix, labels: [Int32], means: ClassTextMeans?,
    options: ScoringOptions = ScoringOptions(), threads: Int? = nil
  ) throws -> DenoisingPath {
    let pool = WorkerPool(threads: threads ?? WorkerPool.availableProcessors)
    let rows = KeyedRows(raw: visual, standardizer: visualStandardizer, pool: pool)
    let tracer = DenoisingTracer(
      heads: heads, sampling: try options.sampling(for: configuration), means: means)
    return tracer.trace(rows, labels: labels, pool: pool)
  }
}

/// Traces blocks of rows, of a fixed size, each with memory of its own.
private struct DenoisingTracer {
  let heads: TrainedHeads
  let sampling: HeadScorer.Sampling
  let means: ClassTextMeans?

  /// Sums over the rows of a block at one step.
  private struct Sum {
    var right = 0
    var own = 0.0
    var other = 0.0
  }

  func trace(_ rows: KeyedRows, labels: [Int32], pool: WorkerPool) -> DenoisingPath {
    let process = ReverseProcess(
      denoiser: heads.denoiser, sampler: sampling.sampler, key: RandomKey(seed: sampling.seed))
    let size = BlockScorer.blockRows
    let blocks = (labels.count + size - 1) / size
    var sums = [Sum](repeating: Sum(), count: blocks * process.steps.count)
    let stepCount = process.steps.count
    sums.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer
      pool.forEach(blocks) { block, _ in
        let range = block * size..<min((block + 1) * size, labels.count)
        let found = trace(rows, labels: labels, range)
        for (index, sum) in found.enumerated() { target[block * stepCount + index] = sum }
      }
    }
    let withMeans = labels.count { (means?.rows[Int($0)] ?? 0) > 0 }
    let steps = process.steps.enumerated().map { index, call in
      let total = (0..<blocks).reduce(into: Sum()) { total, block in
        let part = sums[block * stepCount + index]
        total.right += part.right
        total.own += part.own
        total.other += part.other
      }
      func mean(_ sum: Double) -> Double? { withMeans > 0 ? sum / Double(withMeans) : nil }
      return DenoisingPath.Step(
        step: call.step, noise: (1 - heads.denoiser.schedule.alphaBar[call.step]).squareRoot(),
        top1: Double(total.right) / Double(max(labels.count, 1)), ownDistance: mean(total.own),
        otherDistance: mean(total.other))
    }
    return DenoisingPath(
      steps: steps, rows: labels.count, stepCount: heads.denoiser.schedule.stepCount,
      rowsWithMeans: withMeans)
  }

  /// The sums of one block at every step; padded, as scoring pads it.
  private func trace(_ rows: KeyedRows, labels: [Int32], _ range: Range<Int>) -> [Sum] {
    let size = BlockScorer.blockRows
    let dimensions = heads.architecture.dimensions
    let sampler = ReconstructionSampler(
      denoiser: heads.denoiser, parameters: heads.parameters, dimensions: dimensions,
      sampler: sampling.sampler, textScale: heads.architecture.textScale, blockRows: size,
      key: RandomKey(seed: sampling.seed))
    var workspace = Workspace()
    let slots = [
      dimensions.visual, dimensions.text, dimensions.classes, dimensions.classes,
    ].map { workspace.reserve(size, $0) }
    workspace.make()
    let (visual, clean) = (workspace[slots[0]], workspace[slots[1]])
    let (logits, products) = (workspace[slots[2]], workspace[slots[3]])
    visual.fill(0)
    visual.rows(0..<range.count).copy(from: rows.visual.view.rows(range))
    let keys = (0..<size).map { $0 < range.count ? rows.keys[range.lowerBound + $0] : 0 }
    var sums = [Sum](repeating: Sum(), count: sampler.process.steps.count)
    let lengths = means.map(Self.squaredLengths) ?? []
    sampler.prepare(visual)
    keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress else { return }
      sampler.draw(0, rowKeys: base, into: clean) { index in
        heads.reconstruction.forward(clean, into: logits, heads.parameters)
        if let means { Product.rowsTimesRows(clean, means.means.view, into: products) }
        for row in 0..<range.count {
          let label = Int(labels[range.lowerBound + row])
          if Self.largest(logits.row(row), dimensions.classes) == label { sums[index].right += 1 }
          guard let means, means.rows[label] > 0 else { continue }
          let found = Self.distances(
            clean.row(row), dimensions.text, products.row(row), lengths, means, label)
          sums[index].own += found.own
          sums[index].other += found.other
        }
      }
    }
    withExtendedLifetime((workspace, means)) {}
    return sums
  }

  private static func largest(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for index in 1..<count where values[index] > values[best] { best = index }
    return best
  }

  /// ‖m‖² of each class.
  private static func squaredLengths(_ means: ClassTextMeans) -> [Double] {
    means.rows.indices.map { label in
      means.means.row(label).reduce(0.0) { $0 + Double($1) * Double($1) }
    }
  }

  /// Distances to the mean of the row's class and, averaged, to those of the others, from
  /// ‖x − m‖² = ‖x‖² + ‖m‖² − 2 x·m.
  private static func distances(
    _ x: UnsafeMutablePointer<Float>, _ width: Int, _ products: UnsafeMutablePointer<Float>,
    _ lengths: [Double], _ means: ClassTextMeans, _ label: Int
  ) -> (own: Double, other: Double) {
    var length = 0.0
    for column in 0..<width { length += Double(x[column]) * Double(x[column]) }
    func distance(_ index: Int) -> Double {
      let square = length + lengths[index] - 2 * Double(products[index])
      return (max(0, square) / Double(width)).squareRoot()
    }
    let others = lengths.indices.filter { $0 != label && means.rows[$0] > 0 }
    let sum = others.reduce(0.0) { $0 + distance($1) }
    return (distance(label), sum / Double(max(others.count, 1)))
  }
}
