// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels
import MARNetDense

/// One row of the other modality for each row of this one: not its own, but like it.
///
/// Row i draws j with a probability in proportion to exp(s cos(i, j)), among the rows that
/// are not known to be positives: neither i itself nor, of two labelled rows, one of the same
/// class. No gradient passes through the draw.
package struct HardNegatives: Sendable {
  /// What a row without any negative has for one.
  package static let none: Int32 = -1
  let choice: TEAM.Negatives
  let key: RandomKey

  package init(choice: TEAM.Negatives, key: RandomKey) {
    self.choice = choice
    self.key = key
  }

  /// Whether a pair of different rows counts as a positive.
  @inline(__always)
  package static func isKnownPositive(_ own: Int32, _ other: Int32) -> Bool {
    own >= 0 && own == other
  }

  /// The negative of row `row`.
  ///
  /// - Parameters:
  ///   - cosines: `[n]`, of row `row` with all rows of the other modality.
  ///   - index: 0 for the negatives of images, 1 for those of texts.
  ///   - weights: `[n]`, memory.
  package func draw(
    _ cosines: UnsafePointer<Float>, count n: Int, row: Int, scale: Float,
    labels: UnsafePointer<Int32>, step: Int, index: UInt32,
    weights: UnsafeMutablePointer<Float>
  ) -> Int32 {
    if case .shifted(let offset) = choice { return Int32((row + offset) % n) }
    let label = labels[row]
    var largest = -Float.infinity
    for j in 0..<n where j != row && !Self.isKnownPositive(label, labels[j]) {
      largest = max(largest, cosines[j])
    }
    guard largest > -.infinity else { return Self.none }
    for j in 0..<n { weights[j] = scale * (cosines[j] - largest) }
    marnet_exp(weights, weights, n)
    var total = 0.0
    for j in 0..<n {
      if j == row || Self.isKnownPositive(label, labels[j]) { weights[j] = 0 }
      total += Double(weights[j])
    }
    let word = key.word(
      rowKey: RandomKey.trainingRow(step: step, row: row), index: index,
      tag: RandomKey.tag(purpose: RandomPurpose.hardNegative))
    let target = Double(word) * 0x1p-32 * total
    var (sum, last) = (0.0, Self.none)
    for j in 0..<n where weights[j] > 0 {
      sum += Double(weights[j])
      last = Int32(j)
      if sum > target { break }
    }
    return last
  }
}
