// SPDX-License-Identifier: Apache-2.0

/// Why a fit ended without a model, apart from its data and its configuration.
public enum FitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A loss term or a gradient became infinite or not a number.
  case diverged(stage: String, epoch: Int, step: Int, term: String)
  /// The progress handler asked to stop, or the process was interrupted.
  case cancelled
  /// The same, and the work so far is kept for the fit that will write `output`.
  case suspended(output: String)
  /// The ranks compute different bits from the same values, or were started differently.
  case ranksDiffer(stage: String)

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .diverged(let stage, let epoch, let step, let term):
      return "\(stage): the \(term) was not a finite number in epoch \(epoch), step \(step). "
        + "Lower the learning rate ('training.learning_rate'), or look at the features with "
        + "'inspect'."
    case .cancelled:
      return "interrupted; nothing was written."
    case .suspended(let output):
      return "interrupted; the work so far is kept for \(output)."
    case .ranksDiffer(let stage):
      return
        "\(stage): the ranks differ in their options, their processors or their libraries, and "
        + "would train different models. Start the same command everywhere, with MARNET_KERNEL "
        + "(avx2 or portable) and OPENBLAS_CORETYPE (Haswell) set to the same."
    }
  }
}
