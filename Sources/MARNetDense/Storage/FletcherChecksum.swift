// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// The checksum of HDF5's filter "fletcher32".
package enum FletcherChecksum {
  /// Bytes that the filter puts after those it covers, the lowest of the checksum first.
  package static let byteCount = 4

  /// Whether the last four of `bytes` are the checksum of those before.
  package static func holds(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress, bytes.count > byteCount else { return false }
    let covered = bytes.count - byteCount
    let stored = bytes.loadUnaligned(fromByteOffset: covered, as: UInt32.self)
    let found = marnet_fletcher32(start.assumingMemoryBound(to: UInt8.self), covered)
    return UInt32(littleEndian: stored) == found
  }
}
