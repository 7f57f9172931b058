// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The loss of CLIP on the embeddings x_v' and x_s', and the hard negatives that their
/// cosines give:
///
///     L = (1/2n) Σᵢ (−log P_ii − log Q_ii),
///
/// P and Q the softmaxes of the rows and of the columns of s₁ cos(x_v', x_s'). The logit of
/// two different rows of one known class is 0, as in the authors' code, not −∞.
///
/// Cosines are made block of rows by block, once for each direction and again for each
/// direction's gradient: no more than a block is held by each worker. They are products of
/// float32 at any precision: draws follow them.
final class GlobalContrast: @unchecked Sendable {
  private struct Side {
    let rows: UnitRows
    /// `[d, n]` and `[n, d]`: cosines with every row, and weighted sums of rows.
    let byRows: PackedMatrix
    let byColumns: PackedMatrix
    /// Of the softmax of each row: the largest logit, 1 / Σ exp(· − largest), the loss.
    let largest: UnsafeMutablePointer<Float>
    let shares: UnsafeMutablePointer<Float>
    let losses: UnsafeMutablePointer<Float>
    let negatives: UnsafeMutablePointer<Int32>

    func resized(_ n: Int) -> Side {
      Side(
        rows: rows, byRows: byRows.resized(innerCount: byRows.innerCount, columnCount: n),
        byColumns: byColumns.resized(innerCount: n, columnCount: byColumns.columnCount),
        largest: largest, shares: shares, losses: losses, negatives: negatives)
    }
  }

  let scale: LearnedScale
  private let draw: HardNegatives
  private let sides: [Side]
  private let capacity: Int
  private let workspace: Workspace
  private let alongs: UnsafeMutablePointer<Double>
  /// A block of cosines and a row of weights for each worker.
  private var blocks: [AlignedBuffer] = []

  init(
    _ shape: AlignmentShape, draw: HardNegatives, in layout: inout ParameterLayout
  ) {
    scale = LearnedScale("alignment.team.global_scale", in: &layout)
    self.draw = draw
    let n = shape.pairCount
    capacity = n
    var workspace = Workspace()
    let units = (0..<2).map { _ in workspace.reserve(n, shape.width) }
    let vectors = (0..<8).map { _ in workspace.reserve(1, n) }
    workspace.make()
    self.workspace = workspace
    sides = (0..<2).map { side in
      let vector = vectors[4 * side..<4 * side + 4].map { workspace[$0].pointer }
      let negatives = UnsafeMutablePointer<Int32>.allocate(capacity: n)
      negatives.initialize(repeating: HardNegatives.none, count: n)
      return Side(
        rows: UnitRows(unit: workspace[units[side]], inverseNorms: vector[0]),
        byRows: PackedMatrix(innerCount: shape.width, columnCount: n, precision: .float32),
        byColumns: PackedMatrix(innerCount: n, columnCount: shape.width, precision: .float32),
        largest: vector[1], shares: vector[2], losses: vector[3], negatives: negatives)
    }
    alongs = .allocate(capacity: n)
    alongs.initialize(repeating: 0, count: n)
  }

  deinit {
    for side in sides { side.negatives.deallocate() }
    alongs.deallocate()
  }

  /// `[n]`: another text for each image, and another image for each text.
  var negativeTexts: UnsafePointer<Int32> { UnsafePointer(sides[0].negatives) }
  var negativeImages: UnsafePointer<Int32> { UnsafePointer(sides[1].negatives) }

  /// The loss times `weight`; draws the negatives, and writes the gradients of both
  /// embeddings and of the scale. Of 2 pairs or more.
  func evaluate(
    _ pairs: AlignmentPairs, weight: Float, into gradients: AlignmentGradients,
    _ parameters: ParameterBlock, pool: WorkerPool
  ) -> Double {
    let n = pairs.count
    while blocks.count < pool.threadCount {
      blocks.append(AlignedBuffer(count: (RowBlocks.blockSize + 1) * capacity))
    }
    let s = scale.value(parameters)
    let (visual, text) = (sides[0].resized(n), sides[1].resized(n))
    let cut = RowBlocks(rowCount: n)
    pool.forEach(cut.count) { task, _ in
      prepare(visual, pairs.visual, cut.range(task))
      prepare(text, pairs.text, cut.range(task))
    }
    pool.forEach(2 * cut.count) { task, worker in
      let (rows, isText) = (cut.range(task / 2), task % 2 == 1)
      statistics(
        isText ? text : visual, isText ? visual : text, rows, pairs, s, isText ? 1 : 0, worker)
    }
    let factor = weight * s / (2 * Float(n))
    pool.forEach(2 * cut.count) { task, worker in
      let rows = cut.range(task / 2)
      if task % 2 == 1 {
        _ = backward(text, visual, rows, pairs, s, factor, gradients.text, worker)
      } else {
        alongs[task / 2] = backward(
          visual, text, rows, pairs, s, factor, gradients.visual, worker)
      }
    }
    var logitSum = 0.0
    for block in 0..<cut.count { logitSum += alongs[block] }
    scale.writeGradient(logitSum, parameters)
    var loss = 0.0
    for row in 0..<n { loss += Double(visual.losses[row]) + Double(text.losses[row]) }
    return Double(weight) * loss / Double(2 * n)
  }

  private func prepare(_ side: Side, _ x: MatrixView, _ rows: Range<Int>) {
    side.rows.normalise(x, rows)
    side.byRows.packRows(rows, of: side.rows.unit, .transposed)
    side.byColumns.packRows(rows, of: side.rows.unit, .straight)
  }

  /// The cosines of some rows with all of the other side, and memory for one row more.
  private func cosines(
    _ own: Side, _ other: Side, _ rows: Range<Int>, _ n: Int, _ worker: Int
  ) -> (block: MatrixView, spare: UnsafeMutablePointer<Float>) {
    let memory = blocks[worker].pointer
    let block = MatrixView(pointer: memory, rowCount: rows.count, columnCount: n)
    other.byRows.multiply(own.rows.unit.rows(rows), into: block)
    return (block, memory + RowBlocks.blockSize * capacity)
  }

  private func statistics(
    _ own: Side, _ other: Side, _ rows: Range<Int>, _ pairs: AlignmentPairs, _ scale: Float,
    _ index: UInt32, _ worker: Int
  ) {
    let n = pairs.count
    let (block, spare) = cosines(own, other, rows, n, worker)
    for (at, row) in rows.enumerated() {
      let c = block.row(at)
      own.negatives[row] = draw.draw(
        c, count: n, row: row, scale: scale, labels: pairs.labels, step: pairs.step,
        index: index, weights: spare)
      clearKnownPositives(c, row, pairs)
      var sum = 0.0
      let largest = marnet_softmax_sum(c, n, scale, &sum)
      own.largest[row] = largest
      own.shares[row] = Float(1 / sum)
      own.losses[row] = largest + Float(log(sum)) - c[row] * scale
    }
  }

  /// - Returns: Σ of the derivatives by the logits of these rows times the logits.
  private func backward(
    _ own: Side, _ other: Side, _ rows: Range<Int>, _ pairs: AlignmentPairs, _ scale: Float,
    _ factor: Float, _ gradient: MatrixView, _ worker: Int
  ) -> Double {
    let n = pairs.count
    let (block, _) = cosines(own, other, rows, n, worker)
    for (at, row) in rows.enumerated() {
      let c = block.row(at)
      clearKnownPositives(c, row, pairs)
      marnet_two_softmaxes(
        c, n, scale, own.largest[row], own.shares[row], other.largest, other.shares, factor)
      c[row] -= 2 * factor
      // A constant logit has no gradient.
      clearKnownPositives(c, row, pairs)
    }
    other.byColumns.multiply(block, into: gradient.rows(rows))
    return own.rows.propagate(gradient, rows)
  }

  /// Sets to 0 what belongs to other rows of the same known class.
  private func clearKnownPositives(
    _ values: UnsafeMutablePointer<Float>, _ row: Int, _ pairs: AlignmentPairs
  ) {
    let label = pairs.labels[row]
    guard label >= 0 else { return }
    for j in 0..<pairs.count where pairs.labels[j] == label && j != row { values[j] = 0 }
  }
}
