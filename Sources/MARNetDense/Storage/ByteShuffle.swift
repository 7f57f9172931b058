// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// HDF5's shuffle filter: the first bytes of all values, then their second bytes, and so on.
package enum ByteShuffle {
  /// Puts the bytes of each value together again.
  ///
  /// - Parameters:
  ///   - shuffled: `[width, count]` bytes.
  ///   - values: `[count, width]` bytes.
  package static func undo(
    _ shuffled: UnsafeRawPointer, into values: UnsafeMutableRawPointer, count: Int, width: Int
  ) {
    marnet_unshuffle(
      shuffled.assumingMemoryBound(to: UInt8.self), values.assumingMemoryBound(to: UInt8.self),
      count, width)
  }
}
