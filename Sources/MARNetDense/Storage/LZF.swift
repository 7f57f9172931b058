// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// Decompression of LZF, the format of h5py's filter "lzf"; sources are not trusted.
package enum LZF {
  /// Bytes that `source` expands to; nil when it is damaged.
  package static func expandedCount(_ source: UnsafeRawBufferPointer) -> Int? {
    guard let start = source.baseAddress else { return nil }
    let count = marnet_lzf_expanded_size(
      start.assumingMemoryBound(to: UInt8.self), source.count)
    return count > 0 ? count : nil
  }

  /// Expands all of `source` into all of `target`.
  ///
  /// - Returns: false when `source` is damaged or has another size; `target` is undefined then.
  package static func expand(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard let from = source.baseAddress, let to = target.baseAddress else { return false }
    return marnet_lzf_expand(
      from.assumingMemoryBound(to: UInt8.self), source.count,
      to.assumingMemoryBound(to: UInt8.self), target.count) != 0
  }
}
