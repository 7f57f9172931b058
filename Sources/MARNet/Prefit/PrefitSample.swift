// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// Which labelled rows the linear fits hold in memory: all, or a stratified part of many.
package enum PrefitSample {
  /// Values of rows and half their logits that a fit packs, twice, in Float32: 384 MiB.
  ///
  /// A bound of the method, not of the machine: what is fitted does not depend on memory.
  package static let mostValues = 48 << 20

  /// Most rows of `width` values and `classCount` classes.
  static func limit(width: Int, classCount: Int, values: Int = mostValues) -> Int {
    max(16, values / (width + classCount / 2))
  }

  /// - Parameter values: that are packed.
  /// - Returns: positions of the rows to fit on, ascending: of every class at least one.
  static func positions(
    labels: [Int32], width: Int, classCount: Int, values: Int, key: RandomKey
  ) -> [Int] {
    let limit = limit(width: width, classCount: classCount, values: values)
    guard labels.count > limit else { return Array(labels.indices) }
    let part = StratifiedSplit.holdOut(
      labels: labels, fraction: Double(limit) / Double(labels.count), key: key)
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[Int(label)] += 1 }
    let single = labels.indices.filter { counts[Int(labels[$0])] == 1 }
    return (part + single).sorted()
  }
}
