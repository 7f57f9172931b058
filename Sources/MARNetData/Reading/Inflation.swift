// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// zlib's decompression, taken from the zlib that HDF5 brings into the process.
///
/// It is looked up, not linked: an HDF5 that was built without it, or with its own copy
/// inside, works as well; its compressed chunks are then left to HDF5.
enum Inflation {
  private typealias Uncompress =
    @convention(c) (
      _ target: UnsafeMutableRawPointer?, _ targetCount: UnsafeMutablePointer<UInt>?,
      _ source: UnsafeRawPointer?, _ sourceCount: UInt
    ) -> Int32

  private static let uncompress: Uncompress? = chdf5_symbol("uncompress").map {
    unsafeBitCast($0, to: Uncompress.self)
  }

  static var isAvailable: Bool { uncompress != nil }

  /// Decompresses all of `source`, which carries a checksum, into all of `target`.
  ///
  /// - Returns: false when `source` is damaged or does not fill `target`.
  static func inflate(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard let uncompress else { return false }
    var count = UInt(target.count)
    let status = uncompress(target.baseAddress, &count, source.baseAddress, UInt(source.count))
    return status == 0 && count == UInt(target.count)
  }
}
