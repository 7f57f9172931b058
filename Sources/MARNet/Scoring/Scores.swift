// SPDX-License-Identifier: Apache-2.0

import MARNetDense

/// Predictions for rows of images.
public struct Scores: Sendable, Equatable {
  /// Class probabilities, `[N, C]`; rows sum to 1.
  public var probabilities: Matrix
  /// Index of the most probable class, `[N]`; the lowest wins ties.
  public var predictions: [Int32]
  /// x_EMA, `[N, d]`, on request.
  public var embedding: Matrix?
  /// x_CDR, `[N, Ds]`, in standardised units of the text feature, on request.
  public var reconstruction: Matrix?
}
