// SPDX-License-Identifier: Apache-2.0

import MARNetDense

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A learned factor on cosines: min(exp p, 100), p from 2.66 = ln(1 / 0.07) on.
struct LearnedScale: Sendable {
  static let initialLogarithm: Float = 2.66
  static let largest: Float = 100
  let slot: ParameterSlot

  init(_ name: String, in layout: inout ParameterLayout) {
    slot = layout.addVector(name, count: 1, bound: 0, around: Self.initialLogarithm)
  }

  func value(_ parameters: ParameterBlock) -> Float {
    min(exp(parameters[slot].pointer[0]), Self.largest)
  }

  /// Writes ∂L/∂p, given Σ of the derivatives by the logits times the logits; 0 beyond the
  /// bound, where the factor no longer moves.
  func writeGradient(_ logitSum: Double, _ parameters: ParameterBlock) {
    let isFree = exp(parameters[slot].pointer[0]) <= Self.largest
    parameters.gradient(of: slot).pointer[0] = isFree ? Float(logitSum) : 0
  }
}
