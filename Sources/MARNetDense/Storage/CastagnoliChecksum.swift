// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// CRC-32C, the checksum of TFRecord files.
package enum CastagnoliChecksum {
  package static func of(_ bytes: [UInt8]) -> UInt32 { marnet_crc32c(bytes, bytes.count) }

  /// Rotated and shifted as TFRecord stores it, so that the check of data which holds checks
  /// itself is no trivial one.
  package static func masked(_ bytes: [UInt8]) -> UInt32 {
    let check = of(bytes)
    return (check >> 15 | check << 17) &+ 0xA282_EAD8
  }
}
