// SPDX-License-Identifier: Apache-2.0

/// The rows that a mask marks as having text; of several files, some may lack one.
struct TextMask: Sendable {
  /// Rows of each file, and its mask.
  var parts: [(rowCount: Int, mask: Column?)]

  /// Whether each of `rows` is marked as having text.
  func read(_ rows: Range<Int>) throws(DataError) -> [Bool] {
    var present: [Bool] = []
    var start = 0
    for (rowCount, mask) in parts {
      let shared = rows.clamped(to: start..<start + rowCount)
      if let mask, !shared.isEmpty {
        let own = shared.lowerBound - start..<shared.upperBound - start
        present += try mask.readIntegers(own).map { $0 != 0 }
      } else {
        present += [Bool](repeating: true, count: shared.count)
      }
      start += rowCount
    }
    return present
  }

  /// The mask of the rows at `rows`, ascending.
  func keeping(_ rows: [Int]) -> TextMask {
    var kept: [(rowCount: Int, mask: Column?)] = []
    var (start, next) = (0, 0)
    for (rowCount, mask) in parts {
      let first = next
      while next < rows.count && rows[next] < start + rowCount { next += 1 }
      let own = rows[first..<next].map { $0 - start }
      kept.append((own.count, mask?.keeping(own)))
      start += rowCount
    }
    return TextMask(parts: kept)
  }
}
