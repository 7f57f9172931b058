// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Natural-log probabilities `[N, C]` of every branch for the same rows.
package struct BranchLogProbabilities: Sendable {
  package var alignment: Matrix
  package var reconstruction: Matrix
  /// The fusion classifier.
  package var fusion: Matrix
  /// What the heads predict together, before fallback and calibration.
  package var network: Matrix
  /// x_EMA `[N, d]` and x_CDR `[N, Ds]` (standardised text units, mean of the draws), on request.
  package var aligned: Matrix?
  package var reconstructed: Matrix?
}
