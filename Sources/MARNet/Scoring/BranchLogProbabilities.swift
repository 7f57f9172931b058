// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Natural-log probabilities `[N, C]` of every branch for the same rows.
struct BranchLogProbabilities: Sendable {
  var alignment: Matrix
  var reconstruction: Matrix
  /// The fusion classifier.
  var fusion: Matrix
  /// What the heads predict together, before fallback and calibration.
  var network: Matrix
  /// x_EMA `[N, d]` and x_CDR `[N, Ds]` (standardised text units, mean of the draws), on request.
  var aligned: Matrix?
  var reconstructed: Matrix?
}
