// SPDX-License-Identifier: Apache-2.0

/// Rows cut into blocks.
enum Blocks {
  /// `rows` in blocks of `size`, the last one maybe shorter.
  static func of(_ rows: Range<Int>, size: Int) -> [Range<Int>] {
    stride(from: rows.lowerBound, to: rows.upperBound, by: max(1, size)).map {
      $0..<min($0 + max(1, size), rows.upperBound)
    }
  }
}
