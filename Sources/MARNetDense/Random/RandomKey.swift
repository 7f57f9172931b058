// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// Random numbers addressed by key, never drawn in order: Philox4x32-10
/// (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
///
/// A value is a function of (seed, row key, tag, position). Batches, shards,
/// threads and resumption therefore cannot change it.
package struct RandomKey: Sendable, Equatable {
  package let seed: UInt64

  package init(seed: UInt64) { self.seed = seed }

  /// A key for an independent stream under the same user seed (splitmix64 of both).
  package func derived(_ stream: UInt64) -> RandomKey {
    var z = seed &+ (stream &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return RandomKey(seed: z ^ (z >> 31))
  }

  /// The tag of a use: 8 bits of purpose, 12 of noise draw, 12 of diffusion step.
  package static func tag(purpose: UInt8, draw: Int = 0, step: Int = 0) -> UInt32 {
    precondition(
      draw >= 0 && draw < 4096 && step >= 0 && step < 4096,
      "a tag holds draws and steps below 4096; got \(draw) and \(step)")
    return UInt32(purpose) << 24 | UInt32(draw) << 12 | UInt32(step)
  }

  /// The row key of row `row` of the batch of training step `step`.
  @inline(__always)
  package static func trainingRow(step: Int, row: Int) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: step)) << 32 | UInt64(UInt32(truncatingIfNeeded: row))
  }

  /// The row key of a row of features: a hash of its Float32 values.
  ///
  /// Keying by content makes a row's noise, and so its score, independent of
  /// where it stands in a file.
  package static func contentRow(_ values: UnsafeBufferPointer<Float>) -> UInt64 {
    var key: UInt64 = 0
    marnet_row_hashes(values.baseAddress, values.count, 1, values.count, &key)
    return key
  }

  /// Writes the row keys of all rows of `view`, `[view.rowCount]`: `contentRow` of each,
  /// several at a time.
  package static func contentRows(_ view: MatrixView, into keys: UnsafeMutablePointer<UInt64>) {
    marnet_row_hashes(view.pointer, view.stride, view.rowCount, view.columnCount, keys)
  }

  /// Fills `count` values of N(0, 1).
  package func fillNormal(
    _ pointer: UnsafeMutablePointer<Float>, count: Int, rowKey: UInt64, tag: UInt32
  ) {
    marnet_normal(pointer, count, seed, rowKey, tag)
  }

  /// Fills `count` values uniform in (-bound, bound).
  package func fillUniform(
    _ pointer: UnsafeMutablePointer<Float>, count: Int, bound: Float, rowKey: UInt64, tag: UInt32
  ) {
    marnet_uniform(pointer, count, bound, seed, rowKey, tag)
  }

  /// One 32-bit word; `index` counts within (rowKey, tag).
  package func word(rowKey: UInt64, index: UInt32, tag: UInt32) -> UInt32 {
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { bytes in
      marnet_philox(
        seed, index, rowKey, tag, bytes.assumingMemoryBound(to: UInt32.self).baseAddress)
    }
    return words.0
  }

  /// An integer uniform in 0..<bound (to within bound / 2^32).
  package func integer(below bound: Int, rowKey: UInt64, index: UInt32 = 0, tag: UInt32) -> Int {
    let product = UInt64(word(rowKey: rowKey, index: index, tag: tag)) * UInt64(bound)
    return Int(product >> 32)
  }

  /// Shuffles `values` (Fisher-Yates), the same way for the same key.
  package func shuffle<Element>(_ values: inout [Element], rowKey: UInt64, tag: UInt32) {
    guard values.count > 1 else { return }
    for last in stride(from: values.count - 1, to: 0, by: -1) {
      let other = integer(
        below: last + 1, rowKey: rowKey, index: UInt32(truncatingIfNeeded: last), tag: tag)
      values.swapAt(last, other)
    }
  }
}
