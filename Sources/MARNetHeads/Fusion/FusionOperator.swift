// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// ⊕ (MARNet, arXiv 2407.18854, eq. 24): how x_EMA (a) and x_CDR (b) are joined.
///
/// SUM and harmonic are those of CF-VQA (Niu et al., arXiv 2006.04315):
///
///     SUM       log σ(a + b), as −softplus(−(a + b))
///     harmonic  log(z + ε) − log(1 + z),  z = σ(a) σ(b),  ε = 1e−12
///
/// The harmonic operator is not a harmonic mean; its values lie in (−27.6, −0.69).
package enum FusionOperator: String, Sendable, Codable, CaseIterable {
  case concatenation
  case addition
  case multiplication
  case sum
  case harmonic

  /// ln ε of the harmonic operator.
  package static let logEpsilon: Float = -27.631021115928547

  /// Width of the result for operands of width `a` and `b`; equal widths are needed by all
  /// but concatenation.
  package func outputWidth(_ a: Int, _ b: Int) -> Int { self == .concatenation ? a + b : a }

  /// `output = a ⊕ b`, row by row.
  package func forward(_ a: MatrixView, _ b: MatrixView, into output: MatrixView) {
    checkShapes(a, b, output)
    for row in 0..<a.rowCount {
      let x = a.row(row)
      let y = b.row(row)
      let out = output.row(row)
      switch self {
      case .concatenation:
        out.update(from: x, count: a.columnCount)
        (out + a.columnCount).update(from: y, count: b.columnCount)
      case .addition:
        for j in 0..<a.columnCount { out[j] = x[j] + y[j] }
      case .multiplication:
        for j in 0..<a.columnCount { out[j] = x[j] * y[j] }
      case .sum:
        for j in 0..<a.columnCount { out[j] = Self.logSigmoid(x[j] + y[j]) }
      case .harmonic:
        for j in 0..<a.columnCount {
          let logZ = Self.logSigmoid(x[j]) + Self.logSigmoid(y[j])
          out[j] = Self.logSum(logZ, Self.logEpsilon) - log1p(exp(logZ))
        }
      }
    }
  }

  /// ∂L/∂a and ∂L/∂b from ∂L/∂output, at the same a and b.
  package func backward(
    _ gradient: MatrixView, _ a: MatrixView, _ b: MatrixView, into da: MatrixView,
    _ db: MatrixView
  ) {
    checkShapes(a, b, gradient)
    for row in 0..<a.rowCount {
      let x = a.row(row)
      let y = b.row(row)
      let g = gradient.row(row)
      let dx = da.row(row)
      let dy = db.row(row)
      switch self {
      case .concatenation:
        dx.update(from: g, count: a.columnCount)
        dy.update(from: g + a.columnCount, count: b.columnCount)
      case .addition:
        dx.update(from: g, count: a.columnCount)
        dy.update(from: g, count: a.columnCount)
      case .multiplication:
        for j in 0..<a.columnCount {
          (dx[j], dy[j]) = (g[j] * y[j], g[j] * x[j])
        }
      case .sum:
        // d/du log σ(u) = σ(−u)
        for j in 0..<a.columnCount {
          let d = g[j] * Self.sigmoid(-(x[j] + y[j]))
          (dx[j], dy[j]) = (d, d)
        }
      case .harmonic:
        // d/d(log z) = z / (z + ε) − z / (1 + z);  d(log z)/da = σ(−a)
        for j in 0..<a.columnCount {
          let logZ = Self.logSigmoid(x[j]) + Self.logSigmoid(y[j])
          let z = exp(logZ)
          let d = g[j] * (Self.sigmoid(logZ - Self.logEpsilon) - z / (1 + z))
          (dx[j], dy[j]) = (d * Self.sigmoid(-x[j]), d * Self.sigmoid(-y[j]))
        }
      }
    }
  }

  private func checkShapes(_ a: MatrixView, _ b: MatrixView, _ output: MatrixView) {
    precondition(
      a.rowCount == b.rowCount && output.rowCount == a.rowCount
        && (self == .concatenation || a.columnCount == b.columnCount)
        && output.columnCount == outputWidth(a.columnCount, b.columnCount),
      "\(rawValue) does not take \(a.shape) and \(b.shape) to \(output.shape)")
  }

  private static func logSigmoid(_ x: Float) -> Float { min(x, 0) - log1p(exp(-abs(x))) }

  private static func sigmoid(_ x: Float) -> Float {
    let e = exp(-abs(x))
    return x >= 0 ? 1 / (1 + e) : e / (1 + e)
  }

  private static func logSum(_ x: Float, _ y: Float) -> Float {
    max(x, y) + log1p(exp(-abs(x - y)))
  }
}
