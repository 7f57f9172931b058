// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rows of log-probabilities, in Float64.
func logSoftmax(_ logits: Matrix) -> Matrix {
  let rows = (0..<logits.rowCount).map { row in
    let z = logits.row(row).map { Double($0) }
    let top = z.max() ?? 0
    let logSum = top + log(z.reduce(0) { $0 + exp($1 - top) })
    return z.map { Float($0 - logSum) }
  }
  return Matrix(rows: rows)
}

func exponential(_ x: Double) -> Double { exp(x) }
