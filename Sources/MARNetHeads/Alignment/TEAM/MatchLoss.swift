// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which of three pairs is the true one: the cross-entropy of the scores of a pair, of its
/// text with another image and of its image with another text, all times a scale; target 0.
enum MatchLoss {
  struct Outcome {
    /// In nats.
    var loss = 0.0
    /// By the three scores.
    var gradient = SIMD3<Float>(repeating: 0)
    /// Σ of the derivatives by the logits times the logits.
    var logitSum = 0.0
  }

  /// - Parameter hasNegative: false leaves the second, or the third, score out.
  static func evaluate(
    _ scores: SIMD3<Float>, hasNegative: (image: Bool, text: Bool), scale: Float
  ) -> Outcome {
    let s = Double(scale)
    let z = (s * Double(scores[0]), s * Double(scores[1]), s * Double(scores[2]))
    var largest = z.0
    if hasNegative.image { largest = max(largest, z.1) }
    if hasNegative.text { largest = max(largest, z.2) }
    let e = (
      exp(z.0 - largest), hasNegative.image ? exp(z.1 - largest) : 0,
      hasNegative.text ? exp(z.2 - largest) : 0
    )
    let sum = e.0 + e.1 + e.2
    // p₀ − 1 as −(p₁ + p₂): nothing cancels where the loss is small.
    let (one, two) = (e.1 / sum, e.2 / sum)
    return Outcome(
      loss: largest + log(sum) - z.0,
      gradient: SIMD3(Float(-(one + two) * s), Float(one * s), Float(two * s)),
      logitSum: one * (z.1 - z.0) + two * (z.2 - z.0))
  }
}
