// SPDX-License-Identifier: Apache-2.0

import CMARNetKernels

/// How this process's allocator treats large blocks.
package enum Allocator {
  /// Blocks of this size and more come from the system and go back to it when they are freed.
  private static let largeBlock: Int32 = 1 << 20

  /// Left to itself, glibc raises that size to 32 MiB as such blocks are freed, and keeps their
  /// memory: half as much again as the work needs at a time. A program decides this for itself;
  /// the library does not.
  package static func returnLargeBlocks() { marnet_return_blocks(largeBlock) }
}
