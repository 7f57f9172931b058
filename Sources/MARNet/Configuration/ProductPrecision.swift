// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// The type of the operands of matrix products. Sums, parameters and optimizer are Float32
/// whatever is chosen; the linear prefit always multiplies Float32.
public enum ProductPrecision: String, Codable, Sendable, CaseIterable {
  /// bfloat16 where the processor multiplies it faster (AVX-512 BF16), else float32. When
  /// scoring, bfloat16 only for a model whose probabilities were found to agree.
  case auto
  /// 24 bits of precision.
  case float32
  /// 8 bits of precision, the range of float32. Processors without instructions for it
  /// compute the same products from rounded operands, no faster than float32.
  case bfloat16

  /// auto scores in bfloat16 where no probability of the rows tried at the end of the fit
  /// changed by more than this.
  package static let largestDifference = 0.01

  /// What networks are trained with on this processor.
  var forTraining: Precision {
    switch self {
    case .auto: return ProductKernel.hasFastBfloat16 ? .bfloat16 : .float32
    case .float32: return .float32
    case .bfloat16: return .bfloat16
    }
  }

  /// What a model is scored with on this processor.
  ///
  /// - Parameter difference: the largest change of a probability that its fit found.
  func forScoring(difference: Double?) -> Precision {
    guard self == .auto else { return forTraining }
    guard let difference, difference <= Self.largestDifference else { return .float32 }
    return forTraining
  }
}
