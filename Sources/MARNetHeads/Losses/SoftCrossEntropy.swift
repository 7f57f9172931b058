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

/// Cross-entropy of logits against soft targets, in nats, fused with its gradient.
///
///     Lᵢ = wᵢ Σ_c q_ic (logsumexp(zᵢ) − z_ic) / W,   ∂L/∂zᵢ = wᵢ (pᵢ Σ_c q_ic − qᵢ) / W
///
/// With one-hot targets and unit weights this is MARNet, arXiv 2407.18854, eq. 12, as a mean;
/// W is the sum of the batch's weights.
package enum SoftCrossEntropy {
  /// Replaces `logits` `[rows, C]` by their gradient and writes each row's share of the loss.
  ///
  /// - Parameters:
  ///   - targets: `[rows, C]`.
  ///   - weights: `[rows]`; 0 takes a row out.
  ///   - scale: 1 / W.
  ///   - losses: `[rows]`, receives wᵢ Lᵢ / W.
  package static func evaluate(
    logits: MatrixView, targets: MatrixView, weights: UnsafePointer<Float>, scale: Float,
    losses: UnsafeMutablePointer<Float>
  ) {
    precondition(
      logits.rowCount == targets.rowCount && logits.columnCount == targets.columnCount,
      "logits \(logits.shape) and targets \(targets.shape) differ")
    let classCount = logits.columnCount
    for row in 0..<logits.rowCount {
      let z = logits.row(row)
      let q = targets.row(row)
      guard weights[row] > 0 else {
        losses[row] = 0
        for c in 0..<classCount { z[c] = 0 }
        continue
      }
      var mass: Float = 0
      var inner: Float = 0
      for c in 0..<classCount {
        mass += q[c]
        inner += q[c] * z[c]
      }
      var sum = 0.0
      let maximum = marnet_exp_row(z, classCount, &sum)
      let logSum = maximum + Float(log(sum))
      let weight = weights[row] * scale
      losses[row] = weight * (mass * logSum - inner)
      let toProbability = weight * mass / Float(sum)
      for c in 0..<classCount { z[c] = z[c] * toProbability - weight * q[c] }
    }
  }
}
