// SPDX-License-Identifier: Apache-2.0

import MARNetDense

extension PairedRows {
  /// The same rows with fewer labels or texts.
  ///
  /// - Parameters:
  ///   - labels: `[N]`, -1 where the label is taken away.
  ///   - hasText: `[N]`, false where the text is taken away; never true without text.
  package func masked(labels: [Int32], hasText: [Bool]) throws -> PairedRows {
    var result = try PairedRows(
      visual: visual, text: text, hasText: zip(hasText, self.hasText).map { $0 && $1 },
      labels: labels, ids: ids, classNames: classNames, origin: origin, names: names)
    result.tokens = tokens
    return result
  }
}
