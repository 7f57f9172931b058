// SPDX-License-Identifier: Apache-2.0

import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory into which HDF5 reads strings of variable length: bounded, and given back when the
/// last reference goes.
///
/// Every row may point to the same long string of the file, of which HDF5 makes a copy a row: a
/// file of a megabyte could fill any memory. The strings of a file that was written plainly take
/// no more than the file has.
final class StringMemory {
  /// The transfer properties with which to read.
  let transfer: HDF5Handle
  private var left: Int
  private var blocks: [UnsafeMutableRawPointer] = []

  /// - Parameter byteCount: of all strings together at most, their final zeros included.
  init(byteCount: Int) {
    left = byteCount
    transfer = HDF5Library.synchronized {
      HDF5Handle(owning: H5Pcreate(chdf5_dataset_transfer()))
    }
    HDF5Library.synchronized {
      let own = Unmanaged.passUnretained(self).toOpaque()
      _ = H5Pset_vlen_mem_manager(
        transfer.id,
        { size, memory in
          memory.flatMap { Unmanaged<StringMemory>.fromOpaque($0).takeUnretainedValue().take(size) }
        }, own, { _, _ in }, own)
    }
  }

  /// `size` bytes; nil, which HDF5 takes for the end of memory, when they would be too many.
  private func take(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size <= left, let block = malloc(max(1, size)) else { return nil }
    left -= size
    blocks.append(block)
    return block
  }

  deinit { for block in blocks { free(block) } }
}
