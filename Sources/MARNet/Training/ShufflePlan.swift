// SPDX-License-Identifier: Apache-2.0

import MARNetDense
import MARNetHeads

/// The order of the rows in each epoch.
///
/// Few enough rows are shuffled whole. More are shuffled in two steps: slabs of neighbouring
/// rows are drawn in random order, some of them at a time make a window, and the rows of a
/// window are shuffled. A file is then read in slabs, and memory holds two windows.
///
/// The order depends on the rows, never on whether they lie in memory or in a file.
package struct ShufflePlan: Sendable {
  /// Rows that take more than this are not shuffled whole.
  static let wholeBytes = 384 << 20
  /// Bytes of a window.
  static let windowBytes = 128 << 20
  /// Bytes of features in a slab, at least: large enough to read quickly from any disk.
  static let slabBytes = 256 << 10
  /// Windows with fewer slabs would mix rows too little.
  static let fewestSlabs = 16

  package let rowCount: Int
  /// Number of the first row.
  private let firstRow: Int
  /// Rows of a slab; the last one may have fewer.
  package let slabRows: Int
  /// Slabs of a window; the last one may have fewer.
  package let windowSlabs: Int
  private let key: RandomKey

  /// - Parameters:
  ///   - firstRow: number of the first of the `rowCount` rows.
  ///   - rowBytes: of a row where it waits to be drawn.
  ///   - chunkRows: rows that are read together.
  ///   - key: of the batches.
  package init(
    rowCount: Int, firstRow: Int = 0, rowBytes: Int, chunkRows: Int, options: TrainingOptions,
    key: RandomKey
  ) {
    self.rowCount = rowCount
    self.firstRow = firstRow
    self.key = key
    let isWhole =
      options.shuffleRows.map { $0 >= rowCount } ?? (rowCount * rowBytes <= Self.wholeBytes)
    if isWhole {
      (slabRows, windowSlabs) = (max(rowCount, 1), 1)
      return
    }
    let chunk = max(1, chunkRows)
    let automatic = (Self.slabBytes / max(rowBytes, 1) + chunk) / chunk * chunk
    slabRows = min(options.slabRows ?? automatic, rowCount)
    let window = options.shuffleRows ?? Self.windowBytes / max(rowBytes, 1)
    windowSlabs = max(options.shuffleRows == nil ? Self.fewestSlabs : 1, window / slabRows)
  }

  var slabCount: Int { (rowCount + slabRows - 1) / slabRows }
  package var windowCount: Int { (slabCount + windowSlabs - 1) / windowSlabs }
  /// Rows of the largest window.
  package var windowRows: Int { min(rowCount, slabRows * windowSlabs) }

  /// Rows that are in memory while a file is read: the window that is dealt out and the next, or
  /// the only one.
  var bufferedRows: Int { min(2, windowCount) * windowRows }

  /// Some of the rows, in slabs, to be shuffled together.
  package struct Window: Sendable {
    /// Slabs in ascending order.
    let slabs: [Int]
    let slabRows: Int
    /// Number of the first row of all windows.
    let firstRow: Int
    package let rowCount: Int

    /// The row in place `slot`, slab after slab.
    @inline(__always)
    package func row(_ slot: Int) -> Int {
      firstRow + slabs[slot / slabRows] * slabRows + slot % slabRows
    }

    /// The rows slab by slab.
    var ranges: [Range<Int>] {
      slabs.indices.map { index in
        let first = firstRow + slabs[index] * slabRows
        return first..<first + min(slabRows, rowCount - index * slabRows)
      }
    }
  }

  /// The windows of an epoch.
  package func windows(epoch: Int) -> [Window] {
    var slabs = Array(0..<slabCount)
    guard windowCount > 1 else { return [window(slabs[...])] }
    key.shuffle(
      &slabs, rowKey: UInt64(epoch), tag: RandomKey.tag(purpose: RandomPurpose.slabs))
    return stride(from: 0, to: slabCount, by: windowSlabs).map { first in
      window(slabs[first..<min(first + windowSlabs, slabCount)])
    }
  }

  private func window(_ slabs: ArraySlice<Int>) -> Window {
    let sorted = slabs.sorted()
    // Only the last slab of all may be short, and it comes last here, too.
    let missing = sorted.last == slabCount - 1 ? slabCount * slabRows - rowCount : 0
    return Window(
      slabs: sorted, slabRows: slabRows, firstRow: firstRow,
      rowCount: sorted.count * slabRows - missing)
  }

  /// Writes the order of the slots of window `index` of an epoch.
  package func order(of window: Window, index: Int, epoch: Int, into order: inout [Int]) {
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: 0..<window.rowCount)
    key.shuffle(
      &order, rowKey: UInt64(epoch) | UInt64(index) << 32,
      tag: RandomKey.tag(purpose: RandomPurpose.batches))
  }
}
