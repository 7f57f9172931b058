// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The products of a training step as calls of sgemm, to measure what the library for them
/// would take alone: rows dealt to the workers, for weight gradients output units.
struct ProductList {
  private enum Kind { case forward, inputGradient, weightGradient }
  private struct Call {
    let kind: Kind
    /// Sizes of the result [m, n] and of the sum k.
    let (m, n, k): (Int, Int, Int)
  }

  private var calls: [Call] = []

  /// The step of `PairNetwork`.
  init(_ dimensions: HeadDimensions, batch: Int) {
    let d = dimensions
    layer(batch, d.visual, d.aligned, hasInputGradient: false)
    layer(batch, d.text, d.aligned, hasInputGradient: false)
    layer(batch, d.aligned, d.classes)
    layer(batch, d.text + d.timeEmbedding + d.visual, d.hidden, hasInputGradient: false)
    layer(batch, d.hidden, d.hidden)
    layer(batch, d.hidden, d.hidden)
    layer(batch, d.hidden, d.text)
    // Similarities, and the gradients of both sides.
    calls.append(Call(kind: .forward, m: batch, n: batch, k: d.aligned))
    calls.append(Call(kind: .inputGradient, m: batch, n: d.aligned, k: batch))
    calls.append(Call(kind: .weightGradient, m: batch, n: d.aligned, k: batch))
  }

  private mutating func layer(
    _ rows: Int, _ inputs: Int, _ outputs: Int, hasInputGradient: Bool = true
  ) {
    calls.append(Call(kind: .forward, m: rows, n: outputs, k: inputs))
    calls.append(Call(kind: .weightGradient, m: outputs, n: inputs, k: rows))
    guard hasInputGradient else { return }
    calls.append(Call(kind: .inputGradient, m: rows, n: inputs, k: outputs))
  }

  /// Multiplications and additions.
  var operations: Double {
    calls.reduce(0) { $0 + 2 * Double($1.m) * Double($1.n) * Double($1.k) }
  }

  /// Runs every call once, each split over all workers; `memory` holds three matrices of the
  /// largest operand.
  func run(_ memory: [AlignedBuffer], pool: WorkerPool) {
    let workers = pool.threadCount
    for call in calls {
      pool.forEach(workers) { part, _ in
        let rows = part * call.m / workers..<(part + 1) * call.m / workers
        func view(_ index: Int, _ rowCount: Int, _ columnCount: Int) -> MatrixView {
          MatrixView(
            pointer: memory[index].pointer, rowCount: rowCount, columnCount: columnCount)
        }
        let c = view(2, call.m, call.n).rows(rows)
        switch call.kind {
        case .forward:
          Product.rowsTimesRows(
            view(0, call.m, call.k).rows(rows), view(1, call.n, call.k), into: c)
        case .inputGradient:
          Product.rowsTimesColumns(
            view(0, call.m, call.k).rows(rows), view(1, call.k, call.n), into: c)
        case .weightGradient:
          Product.columnsTimesColumns(
            view(0, call.k, call.m).columns(rows), view(1, call.k, call.n), into: c)
        }
      }
    }
  }

  /// Three buffers that hold any operand or result.
  func makeMemory() -> [AlignedBuffer] {
    let largest = calls.map { max($0.m * $0.n, $0.m * $0.k, $0.n * $0.k) }.max() ?? 0
    return (0..<3).map { _ in AlignedBuffer(count: largest) }
  }
}
