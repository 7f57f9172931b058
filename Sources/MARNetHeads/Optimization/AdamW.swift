// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// AdamW (Loshchilov and Hutter, arXiv 1711.05101) with clipping by global norm, in one pass
/// over the flat parameter block. Weight decay applies to matrices only.
package final class AdamW: Sendable {
  /// β₁, β₂, ε as in PyTorch.
  package static let betas = (0.9, 0.999)
  package static let epsilon = 1e-8

  private let parts: [ParameterLayout.Part]
  private let norms: AlignedBuffer
  package let firstMoment: AlignedBuffer
  package let secondMoment: AlignedBuffer
  private let weightDecay: Double
  private let clipNorm: Double

  /// - Parameter clipNorm: largest global norm of the gradient; infinity never clips.
  package init(layout: ParameterLayout, weightDecay: Double, clipNorm: Double) {
    parts = layout.parts
    // Two floats hold the double of one part's sum.
    norms = AlignedBuffer(count: 2 * parts.count)
    firstMoment = AlignedBuffer(count: layout.count)
    secondMoment = AlignedBuffer(count: layout.count)
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
  }

  /// One update from the gradients that stand in `parameters`, which are packed on the way.
  ///
  /// - Parameter step: counts from 0.
  /// - Returns: the gradient's global norm before clipping.
  @discardableResult
  package func update(
    _ parameters: ParameterBlock, rate: Double, step: Int, pool: WorkerPool
  ) -> Double {
    let gradients = parameters.gradients.pointer
    let norm = squares(of: parameters, pool: pool).squareRoot()
    let clip = Float(min(1, clipNorm / (norm + 1e-6)))
    let (beta1, beta2) = Self.betas
    let correction1 = Float(1 - power(beta1, step + 1))
    let correction2 = Float((1 - power(beta2, step + 1)).squareRoot())
    pool.forEach(parts.count) { task, _ in
      let part = parts[task]
      let at = part.offset
      marnet_adamw(
        parameters.values.pointer + at, gradients + at, firstMoment.pointer + at,
        secondMoment.pointer + at, part.count, Float(rate),
        !part.slot.isVector ? Float(weightDecay) : 0, Float(beta1), Float(1 - beta1), Float(beta2),
        Float(1 - beta2), Float(Self.epsilon), correction1, correction2, clip)
      parameters.packed.pack(part, of: parameters)
    }
    return norm
  }

  /// Σ of squares over all gradients, in a fixed order.
  private func squares(of parameters: ParameterBlock, pool: WorkerPool) -> Double {
    if let known = parameters.gradientSquares {
      parameters.gradientSquares = nil
      return known
    }
    let gradients = parameters.gradients.pointer
    let sums = UnsafeMutableRawPointer(norms.pointer).assumingMemoryBound(to: Double.self)
    pool.forEach(parts.count) { task, _ in
      sums[task] = marnet_sum_of_squares(gradients + parts[task].offset, parts[task].count)
    }
    var total = 0.0
    for task in 0..<parts.count { total += sums[task] }
    return total
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var left = exponent
    while left > 0 {
      if left & 1 == 1 { result *= factor }
      factor *= factor
      left >>= 1
    }
    return result
  }
}
