// SPDX-License-Identifier: Apache-2.0

/// The weight of every class in one fit.
package struct ClassWeightTable: Sendable, Equatable {
  /// `[C]`, above 0.
  package let values: [Double]

  package init(_ values: [Double]) { self.values = values }

  /// Of labelled rows: `[n]`.
  package func weights(of labels: [Int32]) -> [Double] { labels.map { values[Int($0)] } }

  /// The expected weight of a row whose class is known as q alone: 1 / Σ_c q_c / w_c.
  ///
  /// q comes from probes that were fitted with the weights, so it stands for w_c p_c up to a
  /// factor, p being the classes' true probabilities; this is Σ_c p_c w_c.
  ///
  /// - Parameter q: `[C]`, sums to 1.
  func expected(_ q: UnsafePointer<Float>) -> Float {
    var sum = 0.0
    for (c, weight) in values.enumerated() { sum += Double(q[c]) / weight }
    return Float(1 / sum)
  }
}
