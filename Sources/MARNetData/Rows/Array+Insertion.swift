// SPDX-License-Identifier: Apache-2.0

extension Array where Element: Comparable {
  /// Where `value` would stand among these ascending values: how many are below it.
  package func insertionIndex(of value: Element) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
