// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// Scaled dot-product attention of a few queries over a few keys, in heads:
/// softmax(q kᵀ / √w) v on the columns of each head, w their number.
struct Attention: Sendable {
  let headCount: Int
  let headWidth: Int

  /// Heads of width 64 or, where that does not divide `width`, of its largest divisor below.
  init(width: Int) {
    headWidth = (1...min(64, width)).last { width % $0 == 0 } ?? width
    headCount = width / headWidth
  }

  private var scale: Float { 1 / Float(headWidth).squareRoot() }

  private func columns(_ head: Int) -> Range<Int> {
    head * headWidth..<(head + 1) * headWidth
  }

  /// Writes `context` `[words, width]` and `probabilities` `[words, heads · keys or more]`.
  func forward(
    _ query: MatrixView, keys: MatrixView, values: MatrixView, probabilities: MatrixView,
    into context: MatrixView
  ) {
    let count = keys.rowCount
    for head in 0..<headCount {
      let columns = columns(head)
      let p = probabilities.columns(head * count..<(head + 1) * count)
      Product.rowsTimesRows(query.columns(columns), keys.columns(columns), into: p, scale: scale)
      for row in 0..<p.rowCount {
        var sum = 0.0
        _ = marnet_exp_row(p.row(row), count, &sum)
        marnet_scale(p.row(row), p.row(row), count, Float(1 / sum))
      }
      Product.rowsTimesColumns(p, values.columns(columns), into: context.columns(columns))
    }
  }

  /// Writes the gradients of queries, keys and values.
  ///
  /// - Parameter memory: `[words, keys or more]`.
  func backward(
    _ gradient: MatrixView, query: MatrixView, keys: MatrixView, values: MatrixView,
    probabilities: MatrixView, memory: MatrixView,
    into result: (query: MatrixView, keys: MatrixView, values: MatrixView)
  ) {
    let count = keys.rowCount
    let s = memory.columns(0..<count)
    for head in 0..<headCount {
      let columns = columns(head)
      let p = probabilities.columns(head * count..<(head + 1) * count)
      let g = gradient.columns(columns)
      Product.columnsTimesColumns(p, g, into: result.values.columns(columns))
      Product.rowsTimesRows(g, values.columns(columns), into: s)
      for row in 0..<s.rowCount {
        let (ds, share) = (s.row(row), p.row(row))
        let mean = Float(marnet_dot(ds, share, count))
        for key in 0..<count { ds[key] = share[key] * (ds[key] - mean) }
      }
      Product.rowsTimesColumns(
        s, keys.columns(columns), into: result.query.columns(columns), scale: scale)
      Product.columnsTimesColumns(
        s, query.columns(columns), into: result.keys.columns(columns), scale: scale)
    }
  }
}
